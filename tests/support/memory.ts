/**
 * Measures, between two collections of garbage, what a hub holds with subscribers
 * that never receive, that wait, that lag, and that were closed with a rest; and what
 * a hub holds after a large run that was received, and then dropped.
 */
// deno-lint-ignore-file no-console -- what it prints is its answer
import { Hub } from "../../lib/hub/hub.ts";
import { macrotask } from "./jitter.ts";

async function held(): Promise<number> {
  for (let n = 0; n < 5; n++) {
    (globalThis as unknown as { gc(): void }).gc();
    await macrotask();
  }
  return Deno.memoryUsage().external;
}

const capacity = 1024 * 1024;
const run = new Uint8Array(10_000);
const hub = new Hub({ capacity });
const before = await held();
const never = Array.from({ length: 250 }, () => hub.subscribe());
const waiting = Array.from({ length: 250 }, () => hub.subscribe());
const lagging = Array.from({ length: 250 }, () => hub.subscribe());
const closed = Array.from({ length: 250 }, () => hub.subscribe());
let through = 0;
for (let n = 0; n < 12_000; n++) {
  hub.broadcast(run, 10);
  through += run.length;
  if (n === 100) { for (const channel of closed) channel.close(); }
  if (n % 1000 === 0) {
    await Promise.all(lagging.map((channel) => channel.next()));
  }
}
for (const channel of waiting) {
  while (channel.lag > 0) await channel.next();
  channel.next();
}
const heldBySubscribers = await held() - before;

const large = new Hub({ capacity });
const beforeLarge = await held();
const reader = large.subscribe();
large.broadcast(new Uint8Array(capacity));
await reader.next();
reader.release();
large.broadcast(run);
const heldAfterLarge = await held() - beforeLarge;
reader.close();

const [channel] = never;
console.log(JSON.stringify({
  through,
  held: heldBySubscribers,
  heldAfterLarge,
  capacity,
  dropped: channel!.dropped,
  // Named here so that nothing is collected before it was measured.
  channels: [never, waiting, lagging, closed].map(({ length }) => length),
}));
