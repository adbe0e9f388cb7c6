import { assert, assertEquals } from "@std/assert";
import { type Sample, trend } from "./trend.ts";
import { test } from "../support/test.ts";

const MINUTES = 5;
const BOUND = 16;

/** A sample a second. */
function series(value: (second: number) => number): Sample[] {
  return Array.from({ length: MINUTES * 60 }, (_, at) => [at, value(at)]);
}

/** Always the same, and yet like noise: -1 to 1. */
function noise(at: number): number {
  return Math.sin(at * at * 12.9898) % 1;
}

function grows(value: (second: number) => number): boolean {
  return trend(series(value), 60, BOUND)!.grows;
}

test("trend() a steady metric does not grow, however it trembles", () => {
  assert(!grows(() => 80));
  assert(!grows((at) => 80 + 10 * noise(at)));
  assert(!grows((at) => 80 - at / 10));
});

test("trend() what rises and falls again does not grow", () => {
  assert(!grows((at) => 80 + at % 37)); // a heap, and its collector
  assert(!grows((at) => 80 + (at % 20 < 6 ? 200 : 0))); // a burst
});

test("trend() warming up does not count", () => {
  assert(!grows((at) => at < 50 ? at * 4 : 200));
});

test("trend() spikes, and a last high note, do not count", () => {
  assert(!grows((at) => at % 9 === 0 ? 10_000 : 80));
  assert(!grows((at) => at > 290 ? 10_000 : 80));
});

test("trend() a leak grows, under whatever else there is", () => {
  const leak = (at: number) => 80 + at / 10;
  assert(grows(leak));
  assert(grows((at) => leak(at) + 10 * noise(at)));
  assert(grows((at) => leak(at) + at % 37));
  assert(grows((at) => leak(at) + (at % 20 < 6 ? 200 : 0)));
  assert(grows((at) => at % 9 === 0 ? 0 : leak(at)));
  assert(grows((at) => 80 + 10 * Math.floor(at / 100))); // in steps
});

test("trend() the line is where the samples are", () => {
  const line = trend(series((at) => 100 + at / 2 + 5 * noise(at)), 60, BOUND)!;
  assertEquals([line.from, line.to], [60, 299]);
  assert(Math.abs(line.start - 130) < 2);
  assert(Math.abs(line.end - 249.5) < 2);
});

test("trend() hours of samples are as good as minutes", () => {
  const hours = Array.from(
    { length: 8 * 3600 },
    (_, at): Sample => [at, 80 + at / 1000 + 10 * noise(at)],
  );
  const line = trend(hours, 60, BOUND)!;
  assert(line.grows);
  assert(Math.abs(line.end - line.start - 28.7) < 1);
});

test("trend() too few samples tell nothing", () => {
  assertEquals(trend(series(() => 1).slice(0, 65), 60, BOUND), undefined);
});
