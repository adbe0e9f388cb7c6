import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  BATCH_HEADER,
  type BatchHeader,
  batchId,
  MAX_BATCH,
  readBatch,
} from "../../lib/nats/batch.ts";
import { Batcher } from "../../lib/nats/batcher.ts";
import { encode } from "../../lib/wire/frame.ts";
import { holds } from "../support/property.ts";
import { test } from "../support/test.ts";

test("Batcher, readBatch(): what was added is read, numbered and with the total before it", async (t) => {
  const bodies = fc.array(fc.uint8Array({ maxLength: 255 }), { maxLength: 20 });
  const property = fc.asyncProperty(
    fc.array(fc.tuple(bodies, fc.boolean()), { maxLength: 5 }),
    fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    (batches, node) => {
      const batcher = new Batcher(node);
      let total = 0;
      for (const [n, [messages, asks]] of batches.entries()) {
        for (const body of messages) {
          batcher.add({ bytes: encode(body), count: 1 });
        }
        const { bytes, count } = batcher.take(1234.5, n, asks);
        assertEquals(count, messages.length);
        const { run, ...header } = readBatch(bytes.slice())!;
        const expected: BatchHeader = {
          node,
          counter: n + 1,
          total,
          asks,
          stream: 1234.5,
          after: n,
        };
        assertEquals(header, expected);
        assertEquals(run.count, messages.length);
        assertEquals(
          [...run.bytes],
          messages.flatMap((body) => [...encode(body)]),
        );
        total += messages.length;
      }
      return Promise.resolve();
    },
  );
  await holds(t, property, 100);
});

test("Batcher: a batch has room for 64 KiB of frames, and no byte more", () => {
  const batcher = new Batcher(1n);
  const frame = encode(new Uint8Array(255));
  for (let n = 0; n < MAX_BATCH / frame.length; n++) {
    assertEquals(batcher.fits(frame.length), true);
    batcher.add({ bytes: frame, count: 1 });
  }
  assertEquals([batcher.fits(0), batcher.fits(1)], [true, false]);
  const { bytes } = batcher.take(1, 0, false);
  assertEquals(bytes.length, BATCH_HEADER + MAX_BATCH);
});

/** A batch of two messages, with some bytes changed. */
function changed(change: (bytes: Uint8Array, view: DataView) => void) {
  const batcher = new Batcher(7n);
  batcher.add({ bytes: encode("a"), count: 1 });
  batcher.add({ bytes: encode("bc"), count: 1 });
  const bytes = batcher.take(1, 0, false).bytes.slice();
  change(bytes, new DataView(bytes.buffer));
  return bytes;
}

const NO_BATCHES: Record<string, Uint8Array<ArrayBuffer>> = {
  "nothing": new Uint8Array(),
  "a header that is cut": changed(() => {}).slice(0, BATCH_HEADER - 1),
  "another magic": changed((bytes) => bytes[0] = 1),
  "a newer version": changed((bytes) => bytes[1] = 2),
  "frames that are cut": changed(() => {}).slice(0, -1),
  "more frames than it says": changed((_, view) => view.setUint32(28, 1)),
  "fewer frames than it says": changed((_, view) => view.setUint32(28, 3)),
  "the number 0": changed((_, view) => view.setBigUint64(12, 0n)),
  "a number that is not exact": changed((_, view) =>
    view.setBigUint64(12, 2n ** 53n)
  ),
  "a total that is not exact": changed((_, view) =>
    view.setBigUint64(20, 2n ** 53n)
  ),
};

for (const [what, bytes] of Object.entries(NO_BATCHES)) {
  test(`readBatch(): ${what} is no batch`, () => {
    assertEquals(readBatch(bytes), undefined);
  });
}

test("batchId(): each batch of each node has its own", () => {
  const id = (node: bigint, counter: number) =>
    batchId({ node, counter, total: 0, asks: false, stream: 0, after: 0 });
  const ids = [id(1n, 1), id(1n, 11), id(0x11n, 1), id(0x1n, 2)];
  assertEquals(new Set(ids).size, ids.length);
});
