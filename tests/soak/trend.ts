/**
 * The trend of a metric that is sampled again and again: whether it grows. The soak
 * judges memory and descriptors by it. What goes up and comes down again, and a spike
 * however high, is no growth.
 */

/** `[seconds, value]`, times rising. */
export type Sample = readonly [number, number];

/** A line through samples, and what is said of it. */
export interface Trend {
  /** Where it begins: before, the server was warming up. */
  from: number;
  to: number;
  /** The value of the line at both ends. */
  start: number;
  end: number;
  /** How much it may rise from end to end. */
  bound: number;
  grows: boolean;
}

/** The most samples a line is laid through: their pairs are what costs. */
const MOST = 500;

/** The fewest that say anything. */
const LEAST = 8;

/**
 * The line with the median of the slopes of all pairs (Theil and Sen), which stays
 * as it is while a quarter of the samples is anything.
 *
 * @param warmUp Seconds at the beginning that do not count.
 * @param bound How much the line may rise from end to end.
 * @returns `undefined` if there are too few samples to tell.
 */
export function trend(
  samples: readonly Sample[],
  warmUp: number,
  bound: number,
): Trend | undefined {
  const points = thinned(samples.filter(([at]) => at >= warmUp));
  if (points.length < LEAST) return undefined;
  const slopes: number[] = [];
  for (const [i, [x0, y0]] of points.entries()) {
    for (const [x1, y1] of points.slice(i + 1)) {
      if (x1 > x0) slopes.push((y1 - y0) / (x1 - x0));
    }
  }
  const slope = median(slopes);
  const height = median(points.map(([x, y]) => y - slope * x));
  const from = points.at(0)![0];
  const to = points.at(-1)![0];
  return {
    from,
    to,
    start: height + slope * from,
    end: height + slope * to,
    bound,
    grows: slope * (to - from) > bound,
  };
}

/** At most {@linkcode MOST} points: the medians of stretches. */
function thinned(samples: readonly Sample[]): Sample[] {
  const stretch = Math.ceil(samples.length / MOST);
  const points: Sample[] = [];
  for (let at = 0; at < samples.length; at += stretch) {
    const some = samples.slice(at, at + stretch);
    points.push([
      median(some.map(([x]) => x)),
      median(some.map(([, y]) => y)),
    ]);
  }
  return points;
}

function median(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1
    ? sorted[middle]!
    : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
