import { assertEquals, assertThrows } from "@std/assert";
import { formatAddress, parseAddress } from "../../lib/wire/address.ts";
import { test } from "../support/test.ts";

test("parseAddress() reads what formatAddress() writes", () => {
  for (
    const text of [
      "127.0.0.1:8080",
      "[::1]:8080",
      "0.0.0.0:0",
      "[::]:65535",
      "localhost:80",
    ]
  ) {
    assertEquals(formatAddress(parseAddress(text)), text);
  }
  assertEquals(parseAddress("[::1]:8080"), { hostname: "::1", port: 8080 });
});

test("parseAddress() says what is wrong", () => {
  const wrong: [string, string][] = [
    ["", "is empty"],
    ["127.0.0.1", "has no port"],
    ["[::1]", "has no port"],
    [":8080", "has no IP address"],
    ["[]:8080", "has no IP address"],
    ["[127.0.0.1]:8080", "has no IP address"],
    ["[::1:8080", "brackets"],
    ["::1]:8080", "brackets"],
    ["::1:8080", "brackets"],
    ["127.0.0.1:", "IP:PORT"],
    ["127.0.0.1:80a", "IP:PORT"],
    ["127.0.0.1:-1", "IP:PORT"],
    ["127.0.0.1:1:2", "IP:PORT"],
    ["127.0.0.1: 80", "IP:PORT"],
    ["a b:80", "IP:PORT"],
    ["[:\u001b:]:80", "has no IP address"],
  ];
  for (const [text, why] of wrong) {
    assertThrows(() => parseAddress(text), TypeError, why);
  }
  assertThrows(() => parseAddress("127.0.0.1:65536"), RangeError, "65535");
});
