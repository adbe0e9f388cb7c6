/**
 * A tally of durations: an HDR histogram with a flat table in front, because a
 * histogram takes 80 ns to record a value, and a table two. Latencies and the
 * generator's slip are tallied here.
 *
 * @module
 */
import { build, type Histogram } from "hdr-histogram-js";
import type { Latency } from "./result.ts";

/** Durations below this, in microseconds, are counted in the table: a second. */
const TABLE = 1 << 20;

/** The longest duration that is told from longer ones: an hour. */
const LONGEST = 3600 * 1e6;

/** Points of the percentile curve each time the distance to 100 halves. */
const POINTS = 5;

/** Durations of one run. */
export class Tally {
  readonly #table = new Uint32Array(TABLE);
  #most = 0;
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: LONGEST,
    numberOfSignificantValueDigits: 3,
  });

  /** Counts one. Less than nothing is nothing: clocks are read one after another. */
  record(microseconds: number): void {
    const whole = microseconds > 0 ? Math.floor(microseconds) : 0;
    if (whole > this.#most) this.#most = whole;
    if (whole < TABLE) this.#table[whole]!++;
    else this.#histogram.recordValue(Math.min(whole, LONGEST));
  }

  /** What was counted, or `null` if nothing was. */
  summary(): Latency | null {
    const histogram = this.#histogram;
    this.#table.forEach((count, value) => {
      if (count > 0) histogram.recordValueWithCount(value, count);
    });
    this.#table.fill(0);
    if (histogram.totalCount === 0) return null;
    // The histogram rounds up, but nothing took longer than the longest.
    const at = (percentile: number) =>
      Math.min(histogram.getValueAtPercentile(percentile), this.#most);
    const percentiles: [number, number][] = [];
    for (let left = 100; left * histogram.totalCount >= 100; left /= 2) {
      for (let point = 0; point < POINTS; point++) {
        const percentile = 100 - left * (1 - point / (2 * POINTS));
        percentiles.push([percentile, at(percentile)]);
      }
    }
    percentiles.push([100, this.#most]);
    return {
      p50Microseconds: at(50),
      p90Microseconds: at(90),
      p99Microseconds: at(99),
      p999Microseconds: at(99.9),
      maxMicroseconds: this.#most,
      percentiles,
    };
  }
}
