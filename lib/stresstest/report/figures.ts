/**
 * Figures as people read them. Tables and lines are made of these.
 *
 * @module
 */
const large = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const small = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

/** A number: three digits or all before the point. */
export function number(value: number): string {
  return (Math.abs(value) < 100 ? small : large).format(value);
}

/** A duration. */
export function duration(microseconds: number): string {
  if (microseconds < 1e3) return `${number(microseconds)} µs`;
  if (microseconds < 1e6) return `${number(microseconds / 1e3)} ms`;
  return `${number(microseconds / 1e6)} s`;
}

/** An amount of memory. */
export function memory(bytes: number): string {
  return `${number(bytes / 1e6)} MB`;
}

/** A share of a whole; anything above nothing shows. */
export function percent(part: number, whole: number): string {
  return `${number(whole === 0 ? 0 : 100 * part / whole)} %`;
}
