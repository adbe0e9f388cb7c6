/** Bytes from outside, at random, cut anywhere: what the readers of frames make of them. */
import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { bodies, encode } from "../../lib/wire/frame.ts";
import {
  type ByteSource,
  Framer,
  frames,
  TruncatedFrameError,
} from "../../lib/wire/framer.ts";
import { Chunks } from "../support/bytes.ts";
import { holds } from "../support/property.ts";
import { test } from "../support/test.ts";

/** What a stream of frames comes to. */
interface Found {
  bodies: number[][];
  /** Bytes there were of the last frame, and bytes it should have, if it is truncated. */
  truncated?: [number, number];
}

/** A byte at a time, as plainly as can be. */
function naive(bytes: Uint8Array): Found {
  const found: Found = { bodies: [] };
  let body: number[] | undefined;
  let length = 0;
  for (const byte of bytes) {
    if (body === undefined) [body, length] = [[], byte];
    else body.push(byte);
    if (body.length < length) continue;
    found.bodies.push(body);
    body = undefined;
  }
  if (body) found.truncated = [1 + body.length, 1 + length];
  return found;
}

/** What a reader makes of a stream. */
async function read(
  source: ByteSource,
  reader: (
    source: ByteSource,
    take: (run: Uint8Array<ArrayBuffer>) => void,
  ) => Promise<void>,
): Promise<Found> {
  const found: Found = { bodies: [] };
  try {
    await reader(source, (run) => {
      for (const body of bodies(run)) found.bodies.push([...body]);
    });
  } catch (error) {
    if (!(error instanceof TruncatedFrameError)) throw error;
    found.truncated = [error.received, error.expected];
  }
  return found;
}

const READERS = {
  "frames()": async (
    source: ByteSource,
    take: (run: Uint8Array<ArrayBuffer>) => void,
  ) => {
    for await (const { bytes } of frames(source)) take(bytes);
  },
  "Framer": async (
    source: ByteSource,
    take: (run: Uint8Array<ArrayBuffer>) => void,
  ) => {
    const framer = new Framer({ bufferSize: 64 * 1024 });
    for (let read; (read = await source.read(framer.buffer)) !== null;) {
      take(framer.push(read).bytes);
    }
    framer.end();
  },
};

const noise = fc.uint8Array({ maxLength: 400, size: "max" });
const frame = fc.constantFrom(0, 1, 2, 127, 128, 254, 255).map((length) =>
  encode(new Uint8Array(length).fill(length))
);
const piece = fc.oneof(noise, frame, frame);
/** Some hundred bytes, or more than any buffer takes at once. */
const stream = fc.tuple(
  fc.array(piece, { maxLength: 8 }),
  fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100 })),
  fc.uint8Array({ maxLength: 3 }),
).map(([pieces, times, end]) =>
  concat([...Array(times).fill(pieces).flat(), end])
);
const cuts = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 600 }),
    fc.integer({ min: 1, max: 70_000 }),
  ),
  { minLength: 1, maxLength: 40, size: "max" },
);

for (const [name, reader] of Object.entries(READERS)) {
  test(`fuzz: ${name} finds in any bytes, cut anywhere, what a look at each byte finds`, async (t) => {
    await holds(
      t,
      fc.asyncProperty(stream, cuts, async (bytes, cuts) => {
        const chunks = [];
        for (let at = 0, n = 0; at < bytes.length; n++) {
          chunks.push(bytes.subarray(at, at += cuts[n % cuts.length]!));
        }
        const found = await read(new Chunks(chunks), reader);
        const expected = naive(bytes);
        assertEquals(found.truncated, expected.truncated);
        assertEquals(found.bodies.join(";"), expected.bodies.join(";"));
      }),
      200,
    );
  });
}
