import { assert, assertEquals } from "@std/assert";
import {
  counting,
  fromZero,
  fromZeroTo,
  logarithmic,
} from "../../../../lib/stresstest/report/charts/scale.ts";
import { test } from "../../../support/test.ts";

test("scales hold all values and have few ticks", () => {
  for (let value = 1e-3; value < 1e12; value *= 1.37) {
    const scales = [
      fromZero([value], 1e-3),
      fromZeroTo(value),
      logarithmic([value]),
      logarithmic([1e-3, value]),
    ];
    for (const { min, max, ticks } of scales) {
      assert(min < value && value <= max, `${min} ${value} ${max}`);
      assert(ticks.length >= 1 && ticks.length <= 17, `${value}: ${ticks}`);
      assert(ticks.every((tick) => tick >= min && tick <= max));
    }
  }
});

test("logarithmic() has finer ticks where there are few decades", () => {
  assertEquals(logarithmic([3, 30]).ticks, [5, 10, 20]);
  assertEquals(logarithmic([30, 30]).ticks, [20, 50]);
  assertEquals(logarithmic([1, 10_000]).ticks, [1, 10, 100, 1000, 10_000]);
});

test("counting() has whole numbers from 1", () => {
  assertEquals(counting(1).ticks, [1]);
  assertEquals(counting(3).ticks, [1, 2, 3]);
  for (const last of [10, 99, 1000]) {
    const { ticks, min, max } = counting(last);
    assert(ticks[0] === 1 && ticks.length <= 8, `${ticks}`);
    assert(ticks.every((tick) => Number.isInteger(tick) && tick <= last));
    assertEquals([min, max], [0.5, last + 0.5]);
  }
});
