import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { LineSplitter } from "../../../lib/client/chat/line_splitter.ts";
import { bodyOf, chunksOf } from "../../support/bytes.ts";
import { holds } from "../../support/property.ts";
import { test } from "../../support/test.ts";

const utf8 = new TextEncoder();

/** The lines of `chunks`: copies of bodies, and the lengths of those too long. */
function split(chunks: Iterable<Uint8Array>) {
  const splitter = new LineSplitter();
  const lines: (Uint8Array | number)[] = [];
  const take = (line: Uint8Array | { overlong: number }) =>
    lines.push(line instanceof Uint8Array ? line.slice() : line.overlong);
  for (const chunk of chunks) {
    for (const line of splitter.push(chunk)) take(line);
  }
  for (const line of splitter.end()) take(line);
  return lines;
}

test("LineSplitter finds the same lines at every split point", () => {
  const input = utf8.encode(
    `one\n\ntwo\r\n${"x".repeat(255)}\n${"y".repeat(256)}\n\n\x00\xff\nlast`,
  );
  const whole = split([input]);
  assertEquals(whole, [
    utf8.encode("one"),
    new Uint8Array(),
    utf8.encode("two\r"),
    utf8.encode("x".repeat(255)),
    256,
    new Uint8Array(),
    utf8.encode("\x00\xff"),
    utf8.encode("last"),
  ]);
  for (let at = 0; at <= input.length; at++) {
    assertEquals(split([input.subarray(0, at), input.subarray(at)]), whole);
  }
  for (const size of [1, 2, 3, 254, 255, 256, 257]) {
    assertEquals(split(chunksOf(input, size)), whole);
  }
});

test("LineSplitter takes bytes that are not text as they are", () => {
  const body = bodyOf(200).filter((byte) => byte !== 0x0a);
  assertEquals(split([body, utf8.encode("\n")]), [body]);
});

test("LineSplitter makes no line of an end without bytes", () => {
  assertEquals(split([]), []);
  assertEquals(split([utf8.encode("a\n")]), [utf8.encode("a")]);
});

test("LineSplitter counts a line of any length", () => {
  const chunk = new Uint8Array(1024 * 1024);
  const GREAT = 2049; // more bytes than 31 bits count
  function* endless() {
    for (let i = 0; i < GREAT; i++) yield chunk;
    yield utf8.encode("\nafter");
  }
  assertEquals(split(endless()), [GREAT * chunk.length, utf8.encode("after")]);
});

test("LineSplitter agrees with a split of the whole", async (t) => {
  const byte = fc.constantFrom(0x0a, 0x0d, 0x61, 0xff);
  const chunk = fc.uint8Array({ maxLength: 300 }).chain((long) =>
    fc.oneof(fc.constant(long), fc.array(byte).map((b) => Uint8Array.from(b)))
  );
  await holds(
    t,
    fc.property(fc.array(chunk), (chunks) => {
      const all = chunks.flatMap((chunk) => [...chunk]);
      const expected: (Uint8Array | number)[] = [];
      while (all.length > 0) {
        const end = all.indexOf(0x0a);
        const line = all.splice(0, end < 0 ? all.length : end);
        all.shift();
        expected.push(line.length > 255 ? line.length : Uint8Array.from(line));
      }
      assertEquals(split(chunks), expected);
    }),
  );
});
