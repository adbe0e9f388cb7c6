import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { bodies, encode, leadingRun, MAX_BODY } from "../../lib/wire/frame.ts";
import { bodyOf } from "../support/bytes.ts";
import { holds } from "../support/property.ts";
import { test } from "../support/test.ts";

const LENGTHS = [0, 1, 2, 127, 128, 254, 255];

test("encode() puts the length before the body", () => {
  for (const length of LENGTHS) {
    const frame = encode(bodyOf(length));
    assertEquals(frame, new Uint8Array([length, ...bodyOf(length)]));
  }
});

test("encode() carries a string as UTF-8", () => {
  assertEquals(encode("é"), new Uint8Array([2, 0xc3, 0xa9]));
});

test("encode() copies the body", () => {
  const body = bodyOf(3);
  const frame = encode(body);
  body.fill(0);
  assertEquals(frame, encode(bodyOf(3)));
});

test("encode() refuses a body over 255 bytes and says its length", () => {
  assertThrows(
    () => encode(new Uint8Array(MAX_BODY + 1)),
    RangeError,
    "256 bytes",
  );
  assertThrows(() => encode("é".repeat(128)), RangeError, "256 bytes");
});

test("encode() takes text and bytes and nothing else, also from JavaScript", () => {
  const wrong: [unknown, string][] = [
    [5, "a number"],
    [["a", "b"], "an Array"],
    [undefined, "undefined"],
    [new Uint16Array(2), "a Uint16Array"],
    [new ArrayBuffer(2), "an ArrayBuffer"],
    [new DataView(new ArrayBuffer(2)), "a DataView"],
  ];
  for (const [given, name] of wrong) {
    const error = assertThrows(() => encode(given as string), TypeError);
    assertEquals(
      error.message,
      `Cannot encode ${name}: a body is a string or a Uint8Array`,
    );
  }
});

test("leadingRun() is the whole frames, at every cut", () => {
  const frames = LENGTHS.map((length) => encode(bodyOf(length)));
  const bytes = concat(frames);
  const ends = frames.map((_, i) => concat(frames.slice(0, i + 1)).length);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const run = leadingRun(bytes.subarray(0, cut));
    const count = ends.filter((end) => end <= cut).length;
    assertEquals(run.count, count);
    assertEquals(run.bytes.length, count === 0 ? 0 : ends[count - 1]);
  }
});

test("leadingRun() copies nothing", () => {
  const bytes = encode("hello");
  assertStrictEquals(leadingRun(bytes).bytes.buffer, bytes.buffer);
});

test("bodies() gives back what encode() was given", async (t) => {
  await holds(
    t,
    fc.property(
      fc.array(fc.uint8Array({ maxLength: MAX_BODY })),
      (given) => {
        const bytes = concat(given.map((body) => encode(body)));
        assertEquals([...bodies(bytes)], given.map((b) => Uint8Array.from(b)));
      },
    ),
  );
});

test("bodies() leaves out a frame that has only begun", () => {
  const bytes = concat([encode("a"), encode("bc").subarray(0, 2)]);
  assertEquals([...bodies(bytes)], [new Uint8Array([97])]);
});
