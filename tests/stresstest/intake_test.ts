import { assertEquals, assertRejects } from "@std/assert";
import { TruncatedFrameError } from "@zillions/server/framer";
import { takeFrames } from "../../lib/stresstest/intake.ts";
import { Chunks, chunksOf } from "../support/bytes.ts";

const STREAM = new Uint8Array([2, 104, 105, 0, 3, 1, 2, 3, 1, 9]);

/** What is taken of `chunks`, end to end. */
async function taken(chunks: Uint8Array<ArrayBuffer>[]): Promise<number[]> {
  const all: number[] = [];
  await takeFrames(new Chunks(chunks), (bytes) => {
    all.push(...bytes);
  });
  return all;
}

Deno.test("takeFrames() gives whole frames, however they were cut", async () => {
  for (let size = 1; size <= STREAM.length; size++) {
    assertEquals(await taken(chunksOf(STREAM, size)), [...STREAM]);
  }
});

Deno.test("takeFrames() takes more than its buffer holds", async () => {
  const much = new Uint8Array(256 * 1024).fill(0xff);
  assertEquals((await taken([much])).length, much.length);
});

Deno.test("takeFrames() an end inside a frame is an error", async () => {
  const error = await assertRejects(
    () => taken([STREAM.subarray(0, 6)]),
    TruncatedFrameError,
  );
  assertEquals([error.received, error.expected], [2, 4]);
});
