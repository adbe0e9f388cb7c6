import { assertEquals } from "@std/assert";
import { Violations } from "../../../lib/stresstest/checks/violations.ts";
import { test } from "../../support/test.ts";

test("Violations keeps the first few of a verdict and counts the rest", () => {
  const violations = new Violations();
  for (let n = 0; n < 10_000; n++) {
    violations.add("damaged", () => `message ${n}`);
  }
  violations.add("stalled", () => "nothing");
  assertEquals(violations.list().map(({ text }) => text), [
    "message 0",
    "message 1",
    "message 2",
    "message 3",
    "message 4",
    "and 9,995 more",
    "nothing",
  ]);
});
