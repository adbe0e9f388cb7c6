/**
 * What several runs come to: the median and the range of one figure. Used by the
 * tables and the charts. The rule: a figure that no run has is `null`, never zero.
 *
 * @module
 */

/** A figure over several runs. */
export interface Spread {
  median: number;
  min: number;
  max: number;
}

/** The median and range of what is there. */
export function spread(values: readonly (number | null)[]): Spread | null {
  const sorted = values.filter((value) => value !== null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  const low = sorted[Math.floor(middle)]!;
  const high = sorted[Math.ceil(middle)]!;
  return {
    median: (low + high) / 2,
    min: sorted[0]!,
    max: sorted[sorted.length - 1]!,
  };
}
