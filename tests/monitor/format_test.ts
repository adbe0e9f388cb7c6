import { assertEquals } from "@std/assert";
import {
  formatBytes,
  formatCount,
  formatDelay,
  formatDuration,
  formatShare,
} from "../../lib/monitor/page/format.ts";
import { test } from "../support/test.ts";

test("the monitor's page: metrics as people read them", () => {
  for (
    const [format, value, text] of [
      [formatCount, 0, "0"],
      [formatCount, 99_999, "99,999"],
      [formatCount, 1_234_567, "1.2M"],
      [formatBytes, 0, "0 B"],
      [formatBytes, 1023, "1023 B"],
      [formatBytes, 1536, "1.5 KiB"],
      [formatBytes, 40 * 1024 ** 2, "40 MiB"],
      [formatBytes, 5000 * 1024 ** 4, "5000 TiB"],
      [formatShare, 0.004, "0.4 %"],
      [formatShare, 1.25, "125 %"],
      [formatDelay, 0.0012, "1.2 ms"],
      [formatDelay, 0.05, "50 ms"],
      [formatDelay, 2.5, "2.5 s"],
      [formatDuration, 0, "0 s"],
      [formatDuration, 61_000, "1 min 1 s"],
      [formatDuration, 90_000_000, "1 d 1 h"],
    ] as const
  ) assertEquals(format(value), text);
});
