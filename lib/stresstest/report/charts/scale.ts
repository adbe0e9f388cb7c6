/**
 * Scales of the charts' axes: where they begin, end and have ticks. The rule: all
 * values fit, ticks are round numbers, and there are few enough for a phone.
 *
 * @module
 */

/** What an axis spans. */
export interface Scale {
  log: boolean;
  min: number;
  max: number;
  ticks: readonly number[];
}

/** As many ticks fit beside each other on a small chart, with their units. */
const MOST_TICKS = 7;

/** Beyond so many decades only powers of ten have a tick. */
const FINE_DECADES = 2;

/** A log scale spans at least this, so that it has two ticks. */
const LEAST_RATIO = 5;
const LOG_ROOM = 1.15;

/** From steps of so many on, counting has a tick at 1 too. */
const STEP_WITH_FIRST = 5;

/**
 * From zero to a round number above all values.
 *
 * @param least What it spans at least, so that noise does not fill the chart.
 */
export function fromZero(values: readonly number[], least: number): Scale {
  const highest = Math.max(least, ...values);
  const step = roundAbove(highest / (MOST_TICKS - 1));
  const steps = Math.ceil(highest / step);
  const ticks = Array.from({ length: steps + 1 }, (_, i) => i * step);
  return { log: false, min: 0, max: ticks[steps]!, ticks };
}

/** As {@linkcode fromZero}, but it ends at the highest value, which is above zero. */
export function fromZeroTo(highest: number): Scale {
  const { ticks } = fromZero([], highest);
  const inside = ticks.filter((tick) => tick <= highest);
  return { log: false, min: 0, max: highest, ticks: inside };
}

/** Whole numbers from 1, with half a step of room at the ends. */
export function counting(last: number): Scale {
  const step = Math.max(1, roundAbove(last / MOST_TICKS));
  const ticks = step >= STEP_WITH_FIRST ? [1] : [];
  for (let tick = step; tick <= last; tick += step) ticks.push(tick);
  return { log: false, min: 0.5, max: last + 0.5, ticks };
}

/** Around values above zero, with a little room at the ends. */
export function logarithmic(values: readonly number[]): Scale {
  const lowest = Math.min(...values);
  const highest = Math.max(...values);
  const room = Math.max(LOG_ROOM, Math.sqrt(LEAST_RATIO * lowest / highest));
  const min = lowest / room;
  const max = highest * room;
  const fine = Math.log10(max / min) <= FINE_DECADES;
  const ticks: number[] = [];
  for (let tick = roundAbove(min); tick <= max; tick = roundAbove(tick * 1.1)) {
    if (fine || Number.isInteger(Math.log10(tick))) ticks.push(tick);
  }
  return { log: true, min, max, ticks };
}

/** The least of 1, 2, 5, 10, 20, … that is not below. */
function roundAbove(value: number): number {
  return [1, 2, 5, 10].map((digit) => times(digit, value))
    .find((it) => it >= value)!;
}

/** A digit with the power of ten of a value, without the error of a product. */
function times(digit: number, value: number): number {
  return Number(`${digit}e${Math.floor(Math.log10(value))}`);
}
