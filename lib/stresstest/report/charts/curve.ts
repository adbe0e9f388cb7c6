/**
 * Combines the curves of several runs into one: medians with their range, and fewer
 * points. Thinning keeps the peaks. Where most runs have no value, the combined curve
 * has none either.
 *
 * @module
 */
import { type Spread, spread } from "../spread.ts";

/** `[x, y]`. */
export type Point = readonly [number, number];

/** A point on a curve of several runs. */
export interface SpreadPoint extends Omit<Spread, "runs"> {
  x: number;
}

/** The median and range of several curves at each of `xs`. */
export function across(
  curves: readonly (readonly Point[])[],
  xs: readonly number[],
): SpreadPoint[] {
  const points: SpreadPoint[] = [];
  for (const x of xs) {
    const heights = curves.map((curve) => heightAt(curve, x))
      .filter((height) => height !== null);
    const at = spread(heights);
    if (at !== null && heights.length * 2 > curves.length) {
      points.push({ x, ...at });
    }
  }
  return points;
}

/** The median and range of values at the same `x`. */
export function grouped(points: readonly Point[]): SpreadPoint[] {
  const groups = Map.groupBy(points, ([x]) => x);
  return [...groups].sort(([a], [b]) => a - b)
    .map(([x, group]) => ({ x, ...spread(group.map(([, y]) => y))! }));
}

/** At most `limit` of the points: the highest of each stretch. */
export function thinned(points: readonly Point[], limit: number): Point[] {
  const stretch = Math.ceil(points.length / limit);
  const kept: Point[] = [];
  for (let i = 0; i < points.length; i += stretch) {
    kept.push(
      points.slice(i, i + stretch).reduce((a, b) => b[1] > a[1] ? b : a),
    );
  }
  return kept;
}

/** The height of a curve of rising points; `null` beyond its ends. */
function heightAt(points: readonly Point[], x: number): number | null {
  const right = points.findIndex(([at]) => at >= x);
  if (right === -1) return null;
  const [x1, y1] = points[right]!;
  if (x1 === x) return y1;
  const left = points[right - 1];
  if (left === undefined) return null;
  const [x0, y0] = left;
  return y0 + (y1 - y0) * (x - x0) / (x1 - x0);
}
