import { assertEquals } from "@std/assert";
import {
  bytes,
  count,
  date,
  microseconds,
  percent,
  plural,
  rate,
  seconds,
  short,
  times,
} from "../../../lib/stresstest/report/format.ts";
import { test } from "../../support/test.ts";

test("numbers have three digits, and only zero reads as zero", () => {
  const written = [
    microseconds(0.01234),
    microseconds(999.6),
    microseconds(1_234_567),
    bytes(1023.9),
    bytes(1024 ** 2 * 1.5),
    rate(12_345_678),
    count(12_345),
    count(12_345_678),
    percent(0.000_001_234),
    percent(1),
  ];
  assertEquals(written, [
    "0.0123 µs",
    "1 ms",
    "1.23 s",
    "1 KiB",
    "1.5 MiB",
    "12.3 M/s",
    "12,345",
    "12,345,678",
    "0.000123 %",
    "100 %",
  ]);
});

test("counts below 100 have three digits, larger ones all their digits", () => {
  assertEquals([0, 0.01234, 1.2345, 99.99, 123_456.7].map(count), [
    "0",
    "0.0123",
    "1.23",
    "100",
    "123,457",
  ]);
  assertEquals([short(12_345), seconds(2.5), bytes(10)], [
    "12.3 k",
    "2.5 s",
    "10 B",
  ]);
  assertEquals([0.01234, 0.5, 2, 12.34].map(times), [
    "0.0123×",
    "0.50×",
    "2.00×",
    "12.3×",
  ]);
  assertEquals([plural(1, "run"), plural(2000, "run")], [
    "1 run",
    "2,000 runs",
  ]);
  assertEquals(date("no date"), "no date");
});
