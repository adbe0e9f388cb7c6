import { assert, assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { bodies, encode, MAX_BODY } from "../../lib/wire/frame.ts";
import {
  type ByteSource,
  frames,
  TruncatedFrameError,
} from "../../lib/wire/framer.ts";
import { bodyOf, Chunks, chunksOf } from "../support/bytes.ts";
import { holds } from "../support/property.ts";

const LENGTHS = [0, 1, 2, 127, 128, 254, 255];

/** Everything the framer yields: a copy of each run, and all their bodies. */
async function collect(source: ByteSource) {
  const runs = [];
  const all = [];
  for await (const { bytes, count } of frames(source)) {
    const copy = bytes.slice();
    const inRun = [...bodies(copy)];
    assertEquals(inRun.length, count);
    assertEquals(concat(inRun.map((body) => encode(body))), copy);
    runs.push(copy);
    all.push(...inRun);
  }
  return { runs, bodies: all };
}

Deno.test("frames() finds each length in every chunking", async () => {
  const sent = LENGTHS.map(bodyOf);
  const encoded = sent.map((body) => encode(body));
  const bytes = concat(encoded);
  const chunkings = {
    "byte by byte": chunksOf(bytes, 1),
    "halves": encoded.flatMap((frame) =>
      chunksOf(frame, Math.ceil(frame.length / 2))
    ),
    "as sent": encoded,
    "all at once": [bytes],
  };
  for (const chunks of Object.values(chunkings)) {
    assertEquals((await collect(new Chunks(chunks))).bodies, sent);
  }
});

Deno.test("frames() is right at every split point", async () => {
  const sent = [bodyOf(0), bodyOf(3), bodyOf(255), bodyOf(1), bodyOf(2)];
  const bytes = concat(sent.map((body) => encode(body)));
  for (let at = 0; at <= bytes.length; at++) {
    const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
    assertEquals((await collect(new Chunks(chunks))).bodies, sent);
  }
});

Deno.test("frames() yields what was sent, whatever it is and however it is cut", async (t) => {
  await holds(
    t,
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: MAX_BODY }), { maxLength: 60 }),
      fc.array(fc.integer({ min: 1, max: 2000 }), {
        minLength: 1,
        maxLength: 60,
      }),
      async (sent, sizes) => {
        const bytes = concat(sent.map((body) => encode(body)));
        const chunks = [];
        for (let at = 0, i = 0; at < bytes.length; i++) {
          const size = sizes[i % sizes.length]!;
          chunks.push(bytes.subarray(at, at + size));
          at += size;
        }
        const got = await collect(new Chunks(chunks));
        assertEquals(got.bodies, sent.map((body) => Uint8Array.from(body)));
      },
    ),
    200,
  );
});

Deno.test("frames() hands on all that a read completes as one run", async () => {
  const bytes = concat([encode("one"), encode("two"), encode("three")]);
  const { runs } = await collect(
    new Chunks([bytes.subarray(0, 10), bytes.subarray(10)]),
  );
  assertEquals(runs.map((run) => run.length), [8, 6]);
});

Deno.test("frames() reads nothing ahead of its consumer", async () => {
  const source = new Chunks([encode("one"), encode("two")]);
  const iterator = frames(source);
  await iterator.next();
  assertEquals(source.asked.length, 1);
  await iterator.return();
});

Deno.test("frames() tells an end inside a frame from a clean end", async () => {
  const frame = encode(bodyOf(9));
  for (let cut = 1; cut < frame.length; cut++) {
    const error = await assertRejects(
      () => collect(new Chunks([encode("whole"), frame.subarray(0, cut)])),
      TruncatedFrameError,
    );
    assertEquals([error.received, error.expected], [cut, 10]);
  }
  assertEquals((await collect(new Chunks([]))).bodies, []);
});

Deno.test("frames() hands on the whole frames before a torn one", async () => {
  const source = new Chunks([
    concat([encode("whole"), encode("x")]).subarray(0, 7),
  ]);
  const iterator = frames(source);
  const { value } = await iterator.next();
  assertEquals(value?.count, 1);
  await assertRejects(() => iterator.next(), TruncatedFrameError);
});

Deno.test("frames() passes on what the source throws", async () => {
  const source = { read: () => Promise.reject(new Error("broken")) };
  await assertRejects(() => frames(source).next(), Error, "broken");
});

Deno.test("frames() reads little while idle, much while busy, little again after", async () => {
  const quiet = Array.from({ length: 4 }, () => encode("hello"));
  const busy = concat(Array.from({ length: 2000 }, () => encode(bodyOf(99))));
  const source = new Chunks([...quiet, busy, ...quiet]);
  await collect(source);
  const least = source.asked[0]!;
  assert(least <= 512);
  assertEquals(source.asked.slice(0, 4), Array(4).fill(least));
  assert(Math.max(...source.asked) > 64_000);
  assertEquals(source.asked.at(-1), least);
});
