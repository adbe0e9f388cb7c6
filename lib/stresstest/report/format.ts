/**
 * Numbers as the table and the axes write them, with their unit. The rule: three
 * significant digits, and what is not zero never reads as zero.
 *
 * @module
 */

/** Between a number and its unit, so that they are never parted. */
const SPACE = "\u00a0";

/** Counts below this are written out. */
const LONGEST_COUNT = 100_000;

const DATE = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});

const LARGE = ["k", "M", "G"].map((unit) => SPACE + unit);

const KIB = 1024;

/** A time, from microseconds to seconds. */
export function microseconds(value: number): string {
  return scaled(value, 1000, [`${SPACE}µs`, `${SPACE}ms`, `${SPACE}s`]);
}

/** A time on an axis of seconds. */
export function seconds(value: number): string {
  return `${round(value)}${SPACE}s`;
}

/** Bytes, in powers of 1024. */
export function bytes(value: number): string {
  return scaled(value, KIB, ["B", "KiB", "MiB", "GiB"].map((u) => SPACE + u));
}

/** A number of messages or deliveries. */
export function count(value: number): string {
  if (value < LONGEST_COUNT) return value.toLocaleString("en");
  return short(value);
}

/** So many a second. */
export function rate(value: number): string {
  return scaled(value, 1000, ["/s", ...LARGE.map((u) => `${u}/s`)]);
}

/** A number on an axis, where its unit is in the axis's name. */
export function short(value: number): string {
  return scaled(value, 1000, ["", ...LARGE]);
}

/** A share of one, in percent. */
export function percent(value: number): string {
  return `${round(value * 100)}${SPACE}%`;
}

/** How many times as much. */
export function times(value: number): string {
  return `${value < 0.1 || value >= 10 ? round(value) : value.toFixed(2)}×`;
}

/** A date in words; as it is if it is none. */
export function date(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : `${DATE.format(time)} UTC`;
}

/** A noun with its number. */
export function plural(value: number, noun: string): string {
  return `${value.toLocaleString("en")} ${noun}${value === 1 ? "" : "s"}`;
}

function round(value: number): number {
  return Number(value.toPrecision(3));
}

function scaled(value: number, step: number, units: string[]): string {
  let scale = 0;
  while (scale < units.length - 1 && round(value) >= 1000) {
    value /= step;
    scale++;
  }
  return `${round(value).toLocaleString("en", DIGITS)}${units[scale]}`;
}

const DIGITS: Intl.NumberFormatOptions = { maximumSignificantDigits: 3 };
