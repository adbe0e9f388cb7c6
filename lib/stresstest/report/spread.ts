/**
 * The median and range of one metric over several runs. Values that were not measured
 * are left out, never taken for zero.
 *
 * @module
 */

/** The median and range of several values. */
export interface Spread {
  /** How many values there are. */
  runs: number;
  median: number;
  min: number;
  max: number;
}

/** The median and range of the values that are not `null`; `null` if there are none. */
export function spread(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)]!;
  const high = sorted[Math.ceil(middle)]!;
  return {
    runs: sorted.length,
    median: (low + high) / 2,
    min: sorted[0]!,
    max: sorted[sorted.length - 1]!,
  };
}
