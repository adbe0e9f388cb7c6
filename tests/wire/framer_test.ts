import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { bodies, encode, MAX_BODY } from "../../lib/wire/frame.ts";
import {
  type ByteSource,
  Framer,
  type FramerOptions,
  frames,
  type Run,
  TruncatedFrameError,
} from "../../lib/wire/framer.ts";
import { MAX_LARGEST } from "../../lib/wire/read_buffer.ts";
import { bodyOf, Chunks, chunksOf } from "../support/bytes.ts";
import { holds } from "../support/property.ts";
import { test } from "../support/test.ts";

const LENGTHS = [0, 1, 2, 127, 128, 254, 255];

/** Everything that was found: a copy of each run, and all their bodies. */
interface Found {
  runs: Uint8Array<ArrayBuffer>[];
  bodies: Uint8Array<ArrayBuffer>[];
}

/** Checks that a run is whole frames, as many as it says, and keeps a copy. */
function keep(found: Found, { bytes, count }: Run): void {
  const copy = bytes.slice();
  const inRun = [...bodies(copy)];
  assertEquals(inRun.length, count);
  assertEquals(concat(inRun.map((body) => encode(body))), copy);
  found.runs.push(copy);
  found.bodies.push(...inRun);
}

/** Reads with {@linkcode frames}. */
async function collect(source: ByteSource): Promise<Found> {
  const found: Found = { runs: [], bodies: [] };
  for await (const run of frames(source)) {
    assert(run.count > 0);
    keep(found, run);
  }
  return found;
}

/** Reads with a {@linkcode Framer}. */
async function push(
  source: ByteSource,
  options: FramerOptions,
): Promise<Found> {
  const found: Found = { runs: [], bodies: [] };
  const framer = new Framer(options);
  for (;;) {
    const read = await source.read(framer.buffer);
    if (read === null) break;
    const run = framer.push(read);
    if (run.count > 0) keep(found, run);
    else assertEquals(run.bytes.length, 0);
  }
  framer.end();
  return found;
}

/** Each way to read frames. */
const READERS = {
  "frames()": collect,
  "Framer, following the traffic": (source: ByteSource) => push(source, {}),
  "Framer, the least buffer": (source: ByteSource) =>
    push(source, { bufferSize: 256 }),
  "Framer, an odd buffer": (source: ByteSource) =>
    push(source, { bufferSize: 1009 }),
};

for (const [reader, read] of Object.entries(READERS)) {
  test(`${reader} finds each length in every chunking`, async () => {
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
      assertEquals((await read(new Chunks(chunks))).bodies, sent);
    }
  });

  test(`${reader} is right at every split point`, async () => {
    const sent = [bodyOf(0), bodyOf(3), bodyOf(255), bodyOf(1), bodyOf(2)];
    const bytes = concat(sent.map((body) => encode(body)));
    for (let at = 0; at <= bytes.length; at++) {
      const chunks = [bytes.subarray(0, at), bytes.subarray(at)];
      assertEquals((await read(new Chunks(chunks))).bodies, sent);
    }
  });

  test(`${reader} loses and adds nothing, however it is cut`, async (t) => {
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
          const got = await read(new Chunks(chunks));
          assertEquals(got.bodies, sent.map((body) => Uint8Array.from(body)));
        },
      ),
      100,
    );
  });

  test(`${reader} tells an end inside a frame from a clean end`, async () => {
    const frame = encode(bodyOf(9));
    for (let cut = 1; cut < frame.length; cut++) {
      const error = await assertRejects(
        () => read(new Chunks([encode("whole"), frame.subarray(0, cut)])),
        TruncatedFrameError,
      );
      assertEquals([error.received, error.expected], [cut, 10]);
    }
    assertEquals((await read(new Chunks([]))).bodies, []);
  });
}

test("frames() hands on all that a read completes as one run", async () => {
  const bytes = concat([encode("one"), encode("two"), encode("three")]);
  const { runs } = await collect(
    new Chunks([bytes.subarray(0, 10), bytes.subarray(10)]),
  );
  assertEquals(runs.map((run) => run.length), [8, 6]);
});

test("frames() reads nothing ahead of its consumer", async () => {
  const source = new Chunks([encode("one"), encode("two")]);
  const iterator = frames(source);
  await iterator.next();
  assertEquals(source.asked.length, 1);
  await iterator.return();
});

test("frames() hands on the whole frames before a truncated one", async () => {
  const source = new Chunks([
    concat([encode("whole"), encode("x")]).subarray(0, 7),
  ]);
  const iterator = frames(source);
  const { value } = await iterator.next();
  assertEquals(value?.count, 1);
  await assertRejects(() => iterator.next(), TruncatedFrameError);
});

test("frames() passes on what the source throws", async () => {
  const source = { read: () => Promise.reject(new Error("broken")) };
  await assertRejects(() => frames(source).next(), Error, "broken");
});

test("frames() reads little while idle, much while busy, little again after", async () => {
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

test("Framer follows the traffic: large buffers while reads fill them", () => {
  const framer = new Framer();
  const fill = (length: number) => {
    framer.buffer.fill(0, 0, length); // empty bodies: every byte is a frame
    assertEquals(framer.push(length).count, length);
    return framer.buffer.length;
  };
  const sizes = [512];
  while (sizes.length < 4) sizes.push(fill(sizes.at(-1)!));
  assertEquals(sizes, [512, 8192, 65536, 65536]);
  assertEquals([fill(1), fill(1), fill(1)], [8192, 512, 512]);
});

test("Framer: 256 at a time have the largest buffer, and others when these have done", () => {
  using stack = new DisposableStack();
  const fill = (framer: Framer) => {
    const { length } = framer.buffer;
    framer.push(length);
    return framer.buffer.length;
  };
  const grow = () => {
    const framer = stack.use(new Framer());
    return { framer, sizes: [fill(framer), fill(framer)] };
  };
  const busy = Array.from({ length: MAX_LARGEST }, grow);
  assertEquals(MAX_LARGEST, 256);
  assert(busy.every(({ sizes }) => sizes[1] === 65536));
  const late = [grow().framer, grow().framer];
  for (const framer of late) assertEquals(fill(framer), 8192);
  assertEquals(fill(busy[1]!.framer), 65536, "who has one keeps it");
  busy[0]!.framer[Symbol.dispose]();
  busy[0]!.framer[Symbol.dispose]();
  assertEquals(late.map(fill), [65536, 8192]);
  const [, quiet] = busy;
  quiet!.framer.push(0);
  assertEquals(quiet!.framer.buffer.length, 8192);
  assertEquals(late.map(fill), [65536, 65536]);
});

test("frames() gives its buffer up, however it ends", async () => {
  const busy = () => ({
    reads: 0,
    read(buffer: Uint8Array<ArrayBuffer>) {
      if (++this.reads > 4) return Promise.reject(new Error("gone"));
      buffer.fill(0);
      return Promise.resolve(buffer.length);
    },
  });
  for (let n = 0; n <= MAX_LARGEST; n++) {
    const asked: number[] = [];
    const source = busy();
    const reading = async () => {
      for await (const { bytes } of frames(source)) {
        asked.push(bytes.length);
        if (n % 2 === 0 && asked.length === 3) break;
      }
    };
    await (n % 2 === 0 ? reading() : assertRejects(reading, Error, "gone"));
    assertEquals(asked.slice(0, 3), [512, 8192, 65536]);
  }
});

test("frames() goes on when a consumer transfers the buffer of a run away", async () => {
  const frame = encode(bodyOf(255));
  for (const size of [1, 255, 256, 300, 400, 511, 512]) {
    const sent = concat(Array(40).fill(frame));
    let found = 0;
    for await (
      const { bytes, count } of frames(new Chunks(chunksOf(sent, size)))
    ) {
      assertEquals(bytes, concat(Array(count).fill(frame)));
      structuredClone(null, { transfer: [bytes.buffer] });
      found += count;
    }
    assertEquals(found, 40, `reads of ${size} bytes`);
  }
  const cut = frames(new Chunks([concat([frame, frame.subarray(0, 9)])]));
  const { value } = await cut.next();
  structuredClone(null, { transfer: [value!.bytes.buffer] });
  await assertRejects(() => cut.next(), TruncatedFrameError, "9 of its 256");
});

test("Framer with a buffer size never exchanges its buffer", () => {
  const framer = new Framer({ bufferSize: 1000 });
  const { buffer } = framer.buffer;
  const frame = encode(bodyOf(255));
  for (const length of [1000, 1, 255, 1000, 0, 700]) {
    const free = framer.buffer;
    const some = Math.min(length, free.length);
    free.set(concat(Array(4).fill(frame)).subarray(0, some));
    framer.push(some);
    assert(framer.buffer.buffer === buffer);
  }
});

test("Framer.buffer has room after an incomplete frame, and keeps it", () => {
  for (const bufferSize of [256, 257, 512]) {
    const framer = new Framer({ bufferSize });
    const frame = encode(bodyOf(255));
    for (let at = 0; at < frame.length - 1; at++) {
      assertEquals(framer.buffer.length, bufferSize - at);
      framer.buffer[0] = frame[at]!;
      assertEquals(framer.push(1).count, 0);
    }
    framer.buffer[0] = frame.at(-1)!;
    assertEquals(framer.push(1).bytes, frame);
  }
});

test("Framer.buffer asked for twice is the same free part", () => {
  const framer = new Framer();
  framer.buffer.set([2, 1]);
  framer.push(2);
  const first = framer.buffer;
  const second = framer.buffer;
  assertEquals(
    [first.byteOffset, first.length],
    [second.byteOffset, second.length],
  );
});

test("Framer.push() refuses what the buffer cannot hold", () => {
  const framer = new Framer({ bufferSize: 256 });
  assertThrows(() => framer.push(1), RangeError, "room for 0"); // not asked for
  for (const length of [-1, NaN, framer.buffer.length + 1]) {
    assertThrows(
      () => framer.push(length),
      RangeError,
      `Cannot push ${length} bytes: the buffer has room for 256`,
    );
  }
  framer.push(0);
  assertThrows(() => framer.push(1), RangeError, "room for 0");
});

test("Framer refuses a buffer that some frame does not fit", () => {
  for (const bufferSize of [255, 0, -1, 256.5, NaN, Infinity]) {
    assertThrows(
      () => new Framer({ bufferSize }),
      RangeError,
      `Cannot make a buffer of ${bufferSize} bytes: 256 is the least`,
    );
  }
});
