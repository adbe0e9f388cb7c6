import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { describeType, isBytes } from "../../lib/wire/bytes.ts";
import { test } from "../support/test.ts";

test("isBytes() is true of a Uint8Array, of another realm too, and of nothing else", () => {
  assert(isBytes(new Uint8Array(2)));
  assert(isBytes(Buffer.from("hello")));
  for (
    const other of [
      ...["hello", 5, null, undefined, [1], {}],
      ...[new ArrayBuffer(2), new Uint16Array(2), new Uint8ClampedArray(2)],
      { length: 2, [Symbol.toStringTag]: "Uint8Array" },
    ]
  ) assert(!isBytes(other));
});

test("describeType() says what a value is", () => {
  class Own {}
  for (
    const [value, words] of [
      [null, "null"],
      [undefined, "undefined"],
      ["text", "a string"],
      [1, "a number"],
      [[], "an Array"],
      [new ArrayBuffer(1), "an ArrayBuffer"],
      [new Own(), "an Own"],
      [{}, "an Object"],
      [Object.create(null), "an object"],
      [new (class {})(), "an object"],
      [new Proxy(new Uint8Array(1), {}), "an object"],
      [Object.create(Uint8Array.prototype), "an object"],
      [{ constructor: { name: Symbol("odd") } }, "an object"],
      [{
        get constructor() {
          throw new Error("no");
        },
      }, "an object"],
    ]
  ) assertEquals(describeType(value), words);
});
