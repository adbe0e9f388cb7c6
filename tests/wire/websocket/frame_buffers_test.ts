import { assertEquals } from "@std/assert";
import {
  bufferFrame,
  releaseFrame,
} from "../../../lib/wire/websocket/frame_buffers.ts";
import { test } from "../../support/test.ts";

/** The longest header without a key, and a chunk of the log. */
const HEADER = new Uint8Array(10).fill(1);
const CHUNK = new Uint8Array(64 * 1024).fill(2);

test("bufferFrame() puts a header and its payload together", () => {
  const frame = bufferFrame(Uint8Array.of(1, 2), Uint8Array.of(3))!;
  assertEquals(frame, Uint8Array.of(1, 2, 3));
  releaseFrame(frame);
});

test("bufferFrame() has room for a chunk of the log, and no more", () => {
  const frame = bufferFrame(HEADER, CHUNK)!;
  assertEquals(frame.length, 10 + CHUNK.length);
  assertEquals(frame.buffer.byteLength, frame.length);
  releaseFrame(frame);
  assertEquals(
    bufferFrame(HEADER, new Uint8Array(CHUNK.length + 1)),
    undefined,
  );
});

test("bufferFrame() uses 4 MiB at the most, again and again", () => {
  const seen = new Set<ArrayBuffer>();
  for (let round = 0; round < 3; round++) {
    const frames = Array.from(
      { length: 64 },
      () => bufferFrame(HEADER, CHUNK)!,
    );
    assertEquals(bufferFrame(HEADER, CHUNK), undefined);
    for (const { buffer } of frames) seen.add(buffer);
    frames.forEach(releaseFrame);
  }
  assertEquals(seen.size, 64);
});

test("bufferFrame() gives a small frame a buffer of its own when none is free", () => {
  const frames = Array.from({ length: 64 }, () => bufferFrame(HEADER, CHUNK)!);
  const small = bufferFrame(HEADER, new Uint8Array(8 * 1024 - 10))!;
  assertEquals(small.buffer.byteLength, 8 * 1024);
  releaseFrame(small); // is no buffer for others
  assertEquals(bufferFrame(HEADER, new Uint8Array(8 * 1024 - 9)), undefined);
  frames.forEach(releaseFrame);
});
