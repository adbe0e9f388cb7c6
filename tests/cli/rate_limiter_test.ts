import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RateLimiter } from "../../lib/cli/rate_limiter.ts";
import { test } from "../support/test.ts";

test("RateLimiter: limits each kind by itself", () => {
  const limiter = new RateLimiter(2);
  const allowed = ["a", "a", "a", "b", "a", "b", "b"].map((kind) =>
    limiter.allow(kind)
  );
  assertEquals(allowed, [true, true, false, true, false, true, false]);
});

test("RateLimiter.nextPeriod() counts the suppressed lines, and begins anew", () => {
  const limiter = new RateLimiter(2);
  for (const kind of ["a", "a", "a", "a", "b", "b", "c", "c", "c"]) {
    limiter.allow(kind);
  }
  assertEquals(limiter.nextPeriod(), [{ kind: "a", count: 2 }, {
    kind: "c",
    count: 1,
  }]);
  assertEquals(limiter.nextPeriod(), []);
  assertEquals(limiter.allow("a"), true);
});

test("RateLimiter: each line is allowed or counted", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 5 }),
    fc.array(fc.constantFrom("a", "b", "c")),
    (most, kinds) => {
      const limiter = new RateLimiter(most);
      const allowed = kinds.filter((kind) => limiter.allow(kind));
      const suppressed = limiter.nextPeriod().reduce(
        (sum, { count }) => sum + count,
        0,
      );
      assertEquals(allowed.length + suppressed, kinds.length);
      for (const kind of new Set(kinds)) {
        const count = allowed.filter((each) => each === kind).length;
        assertEquals(
          count,
          Math.min(most, kinds.filter((each) => each === kind).length),
        );
      }
    },
  ));
});
