/**
 * Scales of chart axes: where they start and end, and their ticks. All values fit,
 * ticks are round numbers, and there are few enough for a phone. The ticks are d3's.
 *
 * @module
 */
// @ts-types="@types/d3-scale"
import { scaleLinear, scaleLog } from "d3-scale";

/** The range of an axis. */
export interface Scale {
  log: boolean;
  min: number;
  max: number;
  ticks: readonly number[];
}

/** A log scale has no zero: lower latencies are drawn at this value. */
export const MIN_MICROSECONDS = 1;

/** About as many ticks fit on a small chart, with their units. */
const TICKS = 6;

/** Over more decades than this only powers of ten have a tick. */
const FINE_DECADES = 2;

/** First digits of the ticks on a log scale of few decades. */
const FINE_DIGITS = [1, 2, 5];

/** A log scale spans at least this ratio, so that it has two ticks. */
const MIN_RATIO = 5;

/** Room at both ends of a log scale, as a ratio. */
const LOG_ROOM = 1.15;

/**
 * From zero to a round number above all values.
 *
 * @param least The least range, so that noise does not fill the chart.
 */
export function fromZero(values: readonly number[], least: number): Scale {
  const highest = Math.max(least, ...values);
  const scale = scaleLinear().domain([0, highest]).nice(TICKS);
  const [, max = highest] = scale.domain();
  return { log: false, min: 0, max, ticks: scale.ticks(TICKS) };
}

/** As {@linkcode fromZero}, but it ends at `highest`, which is above zero. */
export function fromZeroTo(highest: number): Scale {
  const ticks = scaleLinear().domain([0, highest]).ticks(TICKS);
  return { log: false, min: 0, max: highest, ticks };
}

/** Whole numbers from 1 to `last`, with half a step of room at both ends. */
export function counting(last: number): Scale {
  const ticks = scaleLinear().domain([1, last]).ticks(Math.min(TICKS, last))
    .filter(Number.isInteger);
  return {
    log: false,
    min: 0.5,
    max: last + 0.5,
    ticks: [...new Set([1, ...ticks])],
  };
}

/** Around values above zero, with a little room at both ends. */
export function logarithmic(values: readonly number[]): Scale {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  const room = Math.max(LOG_ROOM, Math.sqrt(MIN_RATIO * lowest / highest));
  const min = lowest / room;
  const max = highest * room;
  const fine = Math.log10(max / min) <= FINE_DECADES;
  const ticks = scaleLog().domain([min, max]).ticks().filter((tick) =>
    (fine ? FINE_DIGITS : [1]).includes(firstDigit(tick))
  );
  return { log: true, min, max, ticks };
}

function firstDigit(value: number): number {
  return Number(value.toExponential(0)[0]);
}
