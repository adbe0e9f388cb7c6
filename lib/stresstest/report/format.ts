/**
 * Numbers with their units, as every report writes them: three significant digits,
 * time from µs to s, memory from B to GiB. A value that is not zero never reads as
 * zero.
 *
 * @module
 */

/** Below this a count has three significant digits, from here on all its digits. */
const WHOLE_COUNT = 100;

const KIB = 1024;

const THREE_DIGITS = new Intl.NumberFormat("en", {
  maximumSignificantDigits: 3,
});

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

const DATE = new Intl.DateTimeFormat("en-GB", {
  dateStyle: "long",
  timeStyle: "short",
  timeZone: "UTC",
});

/** A number of messages, deliveries or clients: `12,345`. */
export function count(value: number): string {
  return Math.abs(value) < WHOLE_COUNT
    ? THREE_DIGITS.format(value)
    : WHOLE.format(value);
}

/** A large number in few characters: `12.3 M`. */
export function short(value: number): string {
  return scaled(value, 1000, ["", " k", " M", " G"]);
}

/** A number per second: `96 k/s`. */
export function rate(value: number): string {
  return `${short(value)}/s`;
}

/** A time, from microseconds to seconds: `1.23 ms`. */
export function microseconds(value: number): string {
  return scaled(value, 1000, [" µs", " ms", " s"]);
}

/** A time in seconds: `2.5 s`. */
export function seconds(value: number): string {
  return `${THREE_DIGITS.format(value)} s`;
}

/** An amount of memory, in powers of 1024: `64 KiB`. */
export function bytes(value: number): string {
  return scaled(value, KIB, [" B", " KiB", " MiB", " GiB"]);
}

/** A share of one, in percent: `12.5 %`. */
export function percent(share: number): string {
  return `${THREE_DIGITS.format(share * 100)} %`;
}

/** A ratio: `2.50×`. */
export function times(value: number): string {
  return value < 0.1 || value >= 10
    ? `${THREE_DIGITS.format(value)}×`
    : `${value.toFixed(2)}×`;
}

/** A date in words; a text that is no date stays as it is. */
export function date(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? iso : `${DATE.format(time)} UTC`;
}

/** A noun with its number: `1 run`, `20 runs`. */
export function plural(value: number, noun: string): string {
  return `${WHOLE.format(value)} ${noun}${value === 1 ? "" : "s"}`;
}

function scaled(value: number, step: number, units: string[]): string {
  let scale = 0;
  while (scale < units.length - 1 && Number(value.toPrecision(3)) >= 1000) {
    value /= step;
    scale++;
  }
  return `${THREE_DIGITS.format(value)}${units[scale]}`;
}
