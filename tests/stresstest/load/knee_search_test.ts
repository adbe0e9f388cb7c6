import { assert, assertEquals } from "@std/assert";
import type { Violation } from "../../../lib/stresstest/checks/violations.ts";
import {
  keptUp,
  KneeSearch,
} from "../../../lib/stresstest/load/knee_search.ts";
import type { RunResult } from "../../../lib/stresstest/load/result.ts";
import { runResult } from "../run_result.ts";
import { test } from "../../support/test.ts";

/** A run of ten seconds. */
function result(parts: Partial<RunResult> = {}): RunResult {
  return runResult({ seconds: 10, expected: 10_000, ...parts });
}

const LATE = result({ seconds: 11 });
const died: Violation = { verdict: "died", text: "" };

/** The rates that are tried of a server that keeps up with `limit`. */
function searched(
  first: number,
  limit: number,
): { tried: number[]; knee: number | null } {
  const search = new KneeSearch(first);
  const tried = [];
  for (let rate; (rate = search.next) !== undefined;) {
    tried.push(rate);
    search.add(rate <= limit ? result() : LATE, 10);
  }
  return { tried, knee: search.knee };
}

test("keptUp() allows a small loss and a small delay", () => {
  assert(keptUp(result({ lost: 10, seconds: 10.5 }), 10));
  assert(!keptUp(result({ lost: 11 }), 10));
  assert(!keptUp(result({ seconds: 10.6 }), 10));
  assert(!keptUp(result({ violations: [died] }), 10));
  assert(keptUp(result({ seconds: 1.1 }), 1));
});

test("KneeSearch doubles the rate, then closes in on the knee", () => {
  assertEquals(searched(1000, 5000), {
    tried: [1000, 2000, 4000, 8000, 5657, 4757],
    knee: 4757,
  });
});

test("KneeSearch halves a first rate that is too high", () => {
  assertEquals(searched(1000, 300), {
    tried: [1000, 500, 250, 354, 297],
    knee: 297,
  });
  assertEquals(searched(4, 0), { tried: [4, 2, 1], knee: null });
});

test("KneeSearch ends where the tester is the bottleneck or the server fails", () => {
  const limited = new KneeSearch(1000);
  limited.add(result(), 10);
  limited.add(
    result({
      seconds: 20,
      tester: { ...LATE.tester, bottleneck: true },
    }),
    10,
  );
  assertEquals([limited.next, limited.knee], [undefined, 1000]);

  const lost = new KneeSearch(1000);
  lost.add(result({ violations: [died] }), 10);
  assertEquals([lost.next, lost.knee], [undefined, null]);
});
