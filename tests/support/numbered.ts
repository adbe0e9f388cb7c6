/**
 * Messages that say which they are: frames of which the length and every byte
 * follow from a number.
 */
import { assert, assertEquals } from "@std/assert";

/** The bytes of the shortest: a header and the number. */
export const SHORTEST = 5;

/** The frame of a message, of `longest` bytes at most. */
export function numbered(message: number, longest: number): number[] {
  const length = lengthOf(message, longest);
  const number = [24, 16, 8, 0].map((shift) => message >>> shift & 0xff);
  return [
    length - 1,
    ...number,
    ...Array(length - SHORTEST).fill(message % 251),
  ];
}

/** The numbers of the messages that `bytes` are, all of them whole and as they were. */
export function numbersIn(bytes: Uint8Array, longest: number): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const numbers: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const message = view.getUint32(at + 1);
    const end = at + 1 + bytes[at]!;
    assert(end <= bytes.length, "a message is cut");
    assertEquals(end - at, lengthOf(message, longest));
    for (at += SHORTEST; at < end; at++) {
      if (bytes[at] !== message % 251) throw new Error("a message is damaged");
    }
    numbers.push(message);
  }
  return numbers;
}

function lengthOf(message: number, longest: number): number {
  return SHORTEST + message * 7 % (longest - SHORTEST + 1);
}
