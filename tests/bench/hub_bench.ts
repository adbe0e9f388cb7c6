import { type Channel, Hub } from "../../lib/hub.ts";

/** A run of 100 frames with bodies of 64 bytes: what a busy connection reads. */
const RUN = new Uint8Array(100 * 65);
const COUNT = 100;
/** Runs that each broadcaster sends. */
const RUNS = 100;

async function receive(channel: Channel): Promise<void> {
  for await (const _ of channel);
}

/** Everybody broadcasts, at the pace of those who receive. */
async function all(broadcasters: number, subscribers: number): Promise<void> {
  const hub = new Hub();
  const channels = Array.from({ length: subscribers }, () => hub.subscribe());
  const receiving = channels.map(receive);
  await Promise.all(Array.from({ length: broadcasters }, async () => {
    for (let n = 0; n < RUNS; n++) {
      hub.broadcast(RUN, COUNT);
      await hub.offered();
    }
  }));
  for (const channel of channels) channel.close();
  await Promise.all(receiving);
}

for (const [from, to] of [[1, 1], [1, 1000], [1000, 1000]] as const) {
  Deno.bench(
    `Hub ${from} to ${to}, ${from * RUNS * COUNT} messages`,
    { group: "hub" },
    async () => await all(from, to),
  );
}
