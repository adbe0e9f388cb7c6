import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  address,
  flag,
  list,
  seconds,
  size,
  text,
  wholeNumber,
} from "../../lib/cli/options.ts";
import { test } from "../support/test.ts";

const COMMON = { value: "X", help: "what it does" };

test("wholeNumber() reads digits within its bounds", () => {
  const { read, takes } = wholeNumber({
    ...COMMON,
    min: 2,
    max: 10,
    default: 5,
  });
  assertEquals(["2", "10", "007"].map(read), [2, 10, 7]);
  for (const text of ["1", "11", "", "-5", "5.0", "5e0", "five", " 5", "5\n"]) {
    assertEquals(read(text), undefined, text);
  }
  assertEquals(takes, "a whole number from 2 to 10");
});

test("seconds() reads milliseconds exactly, within its bounds", () => {
  const { read, takes, defaultText } = seconds({
    ...COMMON,
    min: 500,
    max: 86_400_000,
    default: 1500,
  });
  assertEquals(["0.5", "2.01", "16.1", "32.2"].map(read), [
    ...[500, 2010, 16_100, 32_200],
  ]);
  for (const text of ["0.499", "86400.001", "1.0001", ".5", "1.", "1e3", ""]) {
    assertEquals(read(text), undefined, text);
  }
  assertEquals(takes, "seconds, with up to three decimals, from 0.5 to 86400");
  assertEquals(defaultText, "1.5");
  fc.assert(fc.property(fc.integer({ min: 500, max: 86_400_000 }), (ms) => {
    assertEquals(read((ms / 1000).toFixed(3)), ms);
  }));
});

test("size() reads bytes, K, M and G, within its bounds", () => {
  const { read, takes, defaultText } = size({
    ...COMMON,
    min: 4096,
    max: 1024 ** 3,
    default: 3 * 1024 ** 2,
  });
  assertEquals(["4096", "4K", "4k", "16M", "1G"].map(read), [
    ...[4096, 4096, 4096, 16 * 1024 ** 2, 1024 ** 3],
  ]);
  for (const text of ["4095", "3K", "2G", "16T", "4KB", "1.5M", "-4K", "M"]) {
    assertEquals(read(text), undefined, text);
  }
  assertEquals(takes, "a size in bytes, or with K, M or G, from 4K to 1G");
  assertEquals(defaultText, "3M");
});

test("size() writes its bounds in the largest unit that is exact", () => {
  const { range } = size({ ...COMMON, min: 0, max: 1025, default: 1 });
  assertEquals(range, "0 to 1025");
});

test("list() reads what stands between commas, and checks each", () => {
  const names = list({ value: "NAME", help: "names" }, (name) => {
    if (name === "") throw new TypeError("empty");
  });
  assertEquals(names.default, []);
  assertEquals(names.read("a,b"), ["a", "b"]);
  assertThrows(() => names.read("a,"), TypeError, "empty");
});

test("text() reads all but nothing; address() reads addresses; flag() has no value", () => {
  const name = text({ ...COMMON, default: "anonymous" });
  assertEquals([name.read("bob"), name.read("")], ["bob", undefined]);
  assertEquals(name.defaultText, "anonymous");
  const server = address({
    ...COMMON,
    default: { hostname: "::1", port: 8080 },
  });
  assertEquals(server.read("a:1"), { hostname: "a", port: 1 });
  assertThrows(() => server.read("a"), TypeError, "has no port");
  assertEquals(server.defaultText, "[::1]:8080");
  assertEquals(flag({ help: "say more" }).default, false);
});
