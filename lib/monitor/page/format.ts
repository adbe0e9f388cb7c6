/**
 * Formats: metrics as people read them. Pure, so that tests read them, too.
 *
 * @module
 */

const whole = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const short = new Intl.NumberFormat("en", {
  notation: "compact",
  maximumFractionDigits: 1,
});

/** A count: exact up to a hundred thousand. */
export function formatCount(value: number): string {
  return Math.abs(value) < 100_000 ? whole.format(value) : short.format(value);
}

/** A number of bytes, in units of 1024. */
export function formatBytes(value: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let rest = value;
  while (rest >= 1024 && units.length > 1) {
    rest /= 1024;
    units.shift();
  }
  return `${rest.toFixed(rest < 10 && units[0] !== "B" ? 1 : 0)} ${units[0]}`;
}

/** A share of one processor. */
export function formatShare(value: number): string {
  return `${(100 * value).toFixed(value < 0.1 ? 1 : 0)} %`;
}

/** Seconds that are few. */
export function formatDelay(seconds: number): string {
  return seconds < 1
    ? `${(1000 * seconds).toFixed(seconds < 0.01 ? 1 : 0)} ms`
    : `${seconds.toFixed(1)} s`;
}

/** How long something lasted, in its two largest units; less than nothing is nothing. */
export function formatDuration(milliseconds: number): string {
  const seconds = Math.max(Math.floor(milliseconds / 1000), 0);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "min"],
    [seconds % 60, "s"],
  ] as const;
  const first = parts.findIndex(([count]) => count > 0);
  return parts.slice(first < 0 ? -1 : first).slice(0, 2)
    .map(([count, unit]) => `${count} ${unit}`).join(" ");
}
