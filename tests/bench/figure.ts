/** A metric of several rounds in words: its median, if that stands for all of them. */
import type { Spread } from "../../lib/stresstest/report/spread.ts";

/** How far a round may lie from the median, as a share of it. */
const FAR = 0.25;

/** What `figure()` gives, in words. */
export const FIGURE =
  "Medians; the lowest and the highest where a round is more than 25 % from the median.";

/** The median, or the range where a round is further than that from it. */
export function figure(
  { median, min, max }: Spread,
  format: (value: number) => string,
): string {
  const isNear = Math.max(max - median, median - min) <= FAR * Math.abs(median);
  const range = isNear ? "" : rangeOf(format(min), format(max));
  return range || format(median);
}

/** From one value to another, with a unit that both have only once; "" if they are the same. */
export function rangeOf(from: string, to: string): string {
  if (from === to) return "";
  const unit = /[^\d.,]+$/.exec(to)?.[0] ?? "";
  return `${
    from.endsWith(unit) ? from.slice(0, from.length - unit.length) : from
  }–${to}`;
}
