import { assertEquals } from "@std/assert";
import type { Violation } from "../../../lib/stresstest/checks/violations.ts";
import {
  KneeSearch,
  whyBehind,
} from "../../../lib/stresstest/load/knee_search.ts";
import type { RunResult } from "../../../lib/stresstest/load/result.ts";
import { runResult } from "../run_result.ts";
import { test } from "../../support/test.ts";

/** A run of ten seconds. */
function result(parts: Partial<RunResult> = {}): RunResult {
  return runResult({ seconds: 10, expected: 10_000, ...parts });
}

const LATE = result({ seconds: 11 });
const LIMITED = result({
  seconds: 20,
  tester: { ...LATE.tester, bottleneck: "CPU" },
});
const died: Violation = { verdict: "died", text: "" };

/** The search of a server that keeps up with `limit`, and the rates that it tries. */
function searched(
  first: number,
  limit: number,
  above = LATE,
): { tried: number[]; knee: number | null; search: KneeSearch } {
  const search = new KneeSearch(first, 10);
  const tried = [];
  for (let rate; (rate = search.next) !== undefined;) {
    tried.push(rate);
    search.add(rate <= limit ? result() : above);
  }
  return { tried, knee: search.knee, search };
}

test("whyBehind() allows a small loss and a small delay", () => {
  const cases: [Partial<RunResult>, number, string | undefined][] = [
    [{ lost: 10, seconds: 10.5 }, 10, undefined],
    [{ lost: 11 }, 10, "lost 0.11 % of the deliveries"],
    [{ seconds: 10.6 }, 10, "was late by 0.60 s"],
    [{ violations: [died] }, 10, "failed: died"],
    [{ seconds: 1.1 }, 1, undefined],
  ];
  for (const [parts, duration, why] of cases) {
    assertEquals(whyBehind(result(parts), duration), why);
  }
});

test("KneeSearch doubles the rate, then closes in on the knee", () => {
  const { tried, knee, search } = searched(1000, 5000);
  assertEquals(tried, [1000, 2000, 4000, 8000, 5657, 4757]);
  assertEquals(knee, 4757);
  assertEquals(search.end, {
    by: "server",
    rate: 5657,
    reason: "was late by 1.0 s",
  });
});

test("KneeSearch halves a first rate that is too high", () => {
  const { tried, knee } = searched(1000, 300);
  assertEquals(tried, [1000, 500, 250, 354, 297]);
  assertEquals(knee, 297);
  const none = searched(4, 0);
  assertEquals([none.tried, none.knee], [[4, 2, 1], null]);
});

test("KneeSearch closes in on a rate at which the tester is the bottleneck, and says so", () => {
  const { tried, knee, search } = searched(1000, 5000, LIMITED);
  assertEquals(tried, [1000, 2000, 4000, 8000, 5657, 4757]);
  assertEquals([knee, search.end.by, search.end.rate], [4757, "tester", 5657]);
});

test("KneeSearch ends where the server fails", () => {
  const search = new KneeSearch(1000, 10);
  search.add(result({ violations: [died] }));
  assertEquals([search.next, search.knee], [undefined, null]);
  assertEquals(search.end, {
    by: "server",
    rate: 1000,
    reason: "failed: died",
  });
});

test("KneeSearch ends where a run would have too many messages", () => {
  const { knee, search } = searched(1_000_000, Infinity);
  assertEquals(knee, 2_000_000);
  assertEquals(search.end, { by: "limit", rate: null, reason: "" });
});

test("KneeSearch that is not over was interrupted", () => {
  const search = new KneeSearch(1000, 10);
  search.add(result());
  assertEquals(search.end, { by: "interruption", rate: null, reason: "" });
  search.add(LATE);
  assertEquals(search.end, {
    by: "interruption",
    rate: 2000,
    reason: "was late by 1.0 s",
  });
});
