import { assert, assertEquals } from "@std/assert";
import { ReadBuffer } from "../../lib/wire/read_buffer.ts";
import { test } from "../support/test.ts";

/** Takes a buffer away, as a consumer may. */
function detach(buffer: ReadBuffer): void {
  structuredClone(null, { transfer: [buffer.bytes.buffer] });
}

/** So many new buffers. */
function made(count: number): ReadBuffer[] {
  return Array.from({ length: count }, () => new ReadBuffer(undefined));
}

/** What is left of earlier tests is used now. */
function useSpares(): void {
  made(100);
}

test("ReadBuffer: 16 buffers that were exchanged are used again, and no more are kept", () => {
  useSpares();
  const busy = made(40);
  const memory = new Set(busy.map(({ bytes }) => bytes.buffer));
  assertEquals(memory.size, 40);
  for (const buffer of busy) buffer.renew(true);
  const later = made(40).map(({ bytes }) => bytes.buffer);
  assertEquals(new Set(later).size, 40, "each belongs to one reader");
  assertEquals(later.filter((buffer) => memory.has(buffer)).length, 16);
});

test("ReadBuffer: a buffer that a consumer transferred away is not used again", () => {
  useSpares();
  const buffer = new ReadBuffer(undefined);
  detach(buffer);
  buffer.renew(true);
  assertEquals(buffer.bytes.length, 8192);
  for (const { bytes } of made(2)) assertEquals(bytes.length, 512);
});

test("ReadBuffer has its size again after a consumer transferred it away", () => {
  for (const [fixedSize, length] of [[1000, 1000], [undefined, 512]] as const) {
    const buffer = new ReadBuffer(fixedSize);
    detach(buffer);
    assertEquals(buffer.bytes.length, 0);
    buffer.renew(false);
    assertEquals(buffer.bytes.length, length);
  }
});

test("ReadBuffer has its size again, too, after it grew", () => {
  using buffer = new ReadBuffer(undefined);
  buffer.renew(true);
  buffer.renew(true);
  detach(buffer);
  buffer.renew(true);
  assertEquals(buffer.bytes.length, 65536);
});

test("ReadBuffer keeps its buffer while the traffic does not change", () => {
  const buffer = new ReadBuffer(undefined);
  const { bytes } = buffer;
  buffer.renew(false);
  assert(buffer.bytes === bytes);
});
