/**
 * A histogram of latencies: an HDR histogram with a table in front of it, because
 * recording a value takes 80 ns in the histogram and 2 ns in the table. Delivery
 * latencies and the tester's send delays are recorded here.
 *
 * @module
 */
import { build } from "hdr-histogram-js";

/** Latency percentiles. */
export interface Latency {
  p50Microseconds: number;
  p90Microseconds: number;
  p99Microseconds: number;
  p999Microseconds: number;
  maxMicroseconds: number;
  /** `[percentile, microseconds]`, rising, dense towards 100. */
  percentiles: [number, number][];
}

/** Longer durations count as this long, in microseconds: an hour. */
const LONGEST = 3600 * 1e6;

/**
 * Durations are rounded to this many bits, as the histogram does for three digits.
 * So the table is small enough for the cache of a processor.
 */
const BITS = 11;

/** Bits of the integers that `Math.clz32` and shifts work on. */
const WORD_BITS = 32;

/** Table entries for each power of two: half of the values of that many bits. */
const HALF = 1 << BITS - 1;

/** Points of the percentile curve for each halving of the distance to 100. */
const POINTS = 5;

/** Durations of one run, in microseconds. */
export class LatencyHistogram {
  readonly #table = new Uint32Array((WORD_BITS + 1 - BITS) * HALF + HALF);
  #longest = 0;

  /** Records one. A negative duration counts as 0: the clock is read at two moments. */
  record(microseconds: number): void {
    let value = microseconds > 0 ? Math.floor(microseconds) : 0;
    if (value > LONGEST) value = LONGEST;
    if (value > this.#longest) this.#longest = value;
    const shift = Math.max(0, WORD_BITS - BITS - Math.clz32(value));
    this.#table[shift * HALF + (value >>> shift)]!++;
  }

  /** The percentiles, or `null` if nothing was recorded. */
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
    // The histogram rounds up, but no percentile is above the longest duration.
    const at = (percentile: number) =>
      Math.min(histogram.getValueAtPercentile(percentile), this.#longest);
    const percentiles: [number, number][] = [];
    for (let left = 100; left * histogram.totalCount >= 100; left /= 2) {
      for (let point = 0; point < POINTS; point++) {
        const percentile = 100 - left * (1 - point / (2 * POINTS));
        percentiles.push([percentile, at(percentile)]);
      }
    }
    percentiles.push([100, this.#longest]);
    return {
      p50Microseconds: at(50),
      p90Microseconds: at(90),
      p99Microseconds: at(99),
      p999Microseconds: at(99.9),
      maxMicroseconds: this.#longest,
      percentiles,
    };
  }
}
