import { assertEquals } from "@std/assert";
import { percent } from "../../lib/stresstest/report/format.ts";
import { microseconds } from "../../lib/stresstest/report/format.ts";
import { spread } from "../../lib/stresstest/report/spread.ts";
import { test } from "../support/test.ts";
import { figure } from "./figure.ts";

test("figure() is the median, or the range where a round is more than a quarter from it", () => {
  const time = (...values: number[]) => figure(spread(values)!, microseconds);
  assertEquals(time(100), "100 µs");
  assertEquals(time(75, 100, 125), "100 µs");
  assertEquals(time(100, 110, 140), "100–140 µs");
  assertEquals(time(70, 100, 101), "70–101 µs");
  assertEquals(time(800, 1200), "1 ms");
  assertEquals(time(700, 1300), "700 µs–1.3 ms");
  assertEquals(figure(spread([0, 0, 0])!, percent), "0 %");
  assertEquals(figure(spread([0, 0, 0.004])!, percent), "0–0.4 %");
  assertEquals(figure(spread([1e-9, 2e-9])!, (n) => n.toFixed(1)), "0.0");
});
