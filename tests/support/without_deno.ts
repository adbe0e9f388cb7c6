/**
 * Uses the hub and the framer in a scope that has what every runtime has: no
 * `Deno`, and none of Node's globals either, as in a browser.
 */
for (const name of ["Deno", "setImmediate", "process", "Buffer"]) {
  delete (globalThis as Record<string, unknown>)[name];
}
const { Hub } = await import("../../lib/hub/hub.ts");
const { frames } = await import("../../lib/wire/framer.ts");

const hub = new Hub();
// More than one tick serves them, so that one must follow another.
const channels = Array.from({ length: 300 }, () => hub.subscribe());
const results = channels.map((channel) => channel.next());
hub.broadcast(new Uint8Array([1, 2, 3]));
await hub.ready();
let received = 0;
for (const result of await Promise.all(results)) {
  received += result.value!.count;
}

const reads = [new Uint8Array([1, 97, 0])];
const runs = [];
const source = {
  read(buffer: Uint8Array): Promise<number | null> {
    const bytes = reads.shift();
    if (bytes) buffer.set(bytes);
    return Promise.resolve(bytes?.length ?? null);
  },
};
for await (const { bytes, count } of frames(source)) {
  runs.push([count, ...bytes]);
}

(self as unknown as { postMessage(answer: unknown): void }).postMessage({
  received,
  runs,
});
