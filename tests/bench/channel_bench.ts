/** One subscriber, by where it is: behind, waiting, or too far behind. */
import { Hub } from "../../lib/hub/hub.ts";

const FRAME = new Uint8Array(65);
const RUN = new Uint8Array(1000 * 65);
const COUNT = 1000;

Deno.bench({
  name: "channel behind: takes 15 MiB in 240 runs",
  async fn(bench) {
    const hub = new Hub();
    const channel = hub.subscribe();
    for (let n = 0; n < 240; n++) hub.broadcast(RUN, COUNT);
    bench.start();
    while (channel.lag > 0) await channel.next();
    bench.end();
    channel.close();
  },
});

Deno.bench({
  name: "channel waiting: woken 1000 times",
  async fn() {
    const hub = new Hub();
    const channel = hub.subscribe();
    for (let n = 0; n < 1000; n++) {
      const next = channel.next();
      hub.broadcast(FRAME);
      await next;
    }
    channel.close();
  },
});

Deno.bench({
  name: "channel lagging: takes 1 of 20 runs, 1000 broadcast",
  async fn() {
    const hub = new Hub({ capacity: 8 * RUN.length });
    const channel = hub.subscribe();
    for (let n = 0; n < 1000; n++) {
      hub.broadcast(RUN, COUNT);
      if (n % 20 === 19) await channel.next();
    }
    channel.close();
  },
});
