/**
 * A tally of durations: an HDR histogram with a table in front, because the
 * histogram takes 80 ns to record a value, and the table two. Latencies and the
 * generator's slip are tallied here.
 *
 * @module
 */
import { build } from "hdr-histogram-js";
import type { Latency } from "../load/result.ts";

/** The longest duration that is told from longer ones, in microseconds: an hour. */
const LONGEST = 3600 * 1e6;

/**
 * Durations are counted to this many bits, as the histogram does for three
 * digits: so the table stays small enough for a processor's cache.
 */
const BITS = 11;

/** Half of the values of so many bits: the other half is that of one bit less. */
const HALF = 1 << BITS - 1;

/** Points of the percentile curve each time the distance to 100 halves. */
const POINTS = 5;

/** Durations of one run. */
export class Tally {
  readonly #table = new Uint32Array((33 - BITS) * HALF + HALF);
  #most = 0;

  /** Counts one. Less than nothing is nothing: clocks are read one after another. */
  record(microseconds: number): void {
    let value = microseconds > 0 ? Math.floor(microseconds) : 0;
    if (value > LONGEST) value = LONGEST;
    if (value > this.#most) this.#most = value;
    const shift = Math.max(0, 32 - BITS - Math.clz32(value));
    this.#table[shift * HALF + (value >>> shift)]!++;
  }

  /** What was counted, or `null` if nothing was. */
  summary(): Latency | null {
    const histogram = build({
      lowestDiscernibleValue: 1,
      highestTrackableValue: LONGEST,
      numberOfSignificantValueDigits: 3,
    });
    this.#table.forEach((count, at) => {
      const shift = Math.max(0, Math.floor(at / HALF) - 1);
      const value = (at - shift * HALF) * 2 ** shift;
      if (count > 0) histogram.recordValueWithCount(value, count);
    });
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
