/** Broadcasts, by how many broadcast to how many. */
import { type Channel, Hub } from "../../lib/hub/hub.ts";

/** What a busy connection reads: 100 frames with bodies of 64 bytes. */
const COUNT = 100;
const RUN = new Uint8Array(COUNT * 65);

async function receive(channel: Channel): Promise<void> {
  for await (const _ of channel) channel.release();
}

/** Everybody broadcasts `runs` runs, at the pace of those who receive. */
async function all(from: number, to: number, runs: number): Promise<void> {
  const hub = new Hub();
  const channels = Array.from({ length: to }, () => hub.subscribe());
  const receiving = channels.map(receive);
  await Promise.all(Array.from({ length: from }, async () => {
    for (let n = 0; n < runs; n++) {
      hub.broadcast(RUN, COUNT);
      await hub.ready();
    }
  }));
  for (const channel of channels) channel.close();
  await Promise.all(receiving);
}

/** From how many, to how many, and how many runs each: some milliseconds in all. */
const TOPOLOGIES = [
  [1, 1, 1000],
  [1, 100, 100],
  [1, 1000, 20],
  [1, 10_000, 5],
  [100, 1000, 5],
  [1000, 1000, 5],
] as const;

for (const [from, to, runs] of TOPOLOGIES) {
  // Only what is called `async` is awaited.
  Deno.bench(
    `hub ${from} to ${to}, ${runs} runs each`,
    async () => await all(from, to, runs),
  );
}

for (const [name, count] of [["a frame", 1], ["100 frames", COUNT]] as const) {
  const hub = new Hub();
  const run = RUN.subarray(0, count * 65);
  Deno.bench(`log 1 to nobody, 1000 runs of ${name}`, () => {
    for (let n = 0; n < 1000; n++) hub.broadcast(run, count);
  });
}
