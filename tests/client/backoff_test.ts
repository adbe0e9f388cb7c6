import { assertEquals } from "@std/assert";
import { Backoff } from "../../lib/client/backoff.ts";
import { test } from "../support/test.ts";

test("Backoff doubles the wait up to 15 s, until a connection has lasted", () => {
  const backoff = new Backoff(() => 0);
  const waits = Array.from({ length: 7 }, () => backoff.next(4999));
  assertEquals(waits, [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  assertEquals(backoff.next(5000), 500);
  assertEquals(backoff.next(0), 1000);
});

test("Backoff adds up to half at random", () => {
  const backoff = new Backoff(() => 0.5);
  assertEquals([0, 0].map((lasted) => backoff.next(lasted)), [625, 1250]);
});
