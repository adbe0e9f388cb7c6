import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { RateLimiter } from "../../lib/cli/rate_limiter.ts";

Deno.test("RateLimiter: so many of a kind, and no other kind is concerned", () => {
  const quota = new RateLimiter(2);
  const admitted = ["a", "a", "a", "b", "a", "b", "b"].map((kind) =>
    quota.admit(kind)
  );
  assertEquals(admitted, [true, true, false, true, false, true, false]);
});

Deno.test("RateLimiter.renew() counts what was left out, and begins anew", () => {
  const quota = new RateLimiter(2);
  for (const kind of ["a", "a", "a", "a", "b", "b", "c", "c", "c"]) {
    quota.admit(kind);
  }
  assertEquals(quota.renew(), [{ kind: "a", count: 2 }, {
    kind: "c",
    count: 1,
  }]);
  assertEquals(quota.renew(), []);
  assertEquals(quota.admit("a"), true);
});

Deno.test("RateLimiter: everything is admitted or counted", () => {
  fc.assert(fc.property(
    fc.integer({ min: 1, max: 5 }),
    fc.array(fc.constantFrom("a", "b", "c")),
    (most, kinds) => {
      const quota = new RateLimiter(most);
      const admitted = kinds.filter((kind) => quota.admit(kind));
      const leftOut = quota.renew().reduce((sum, { count }) => sum + count, 0);
      assertEquals(admitted.length + leftOut, kinds.length);
      for (const kind of new Set(kinds)) {
        const count = admitted.filter((each) => each === kind).length;
        assertEquals(
          count,
          Math.min(most, kinds.filter((each) => each === kind).length),
        );
      }
    },
  ));
});
