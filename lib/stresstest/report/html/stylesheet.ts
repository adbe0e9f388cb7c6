/**
 * The style sheet of the HTML report. Colours are variables with a light and a dark
 * value; on paper the light one applies.
 *
 * @module
 */
import { colours } from "../charts/series_style.ts";
import { FONT_SIZE } from "../charts/svg.ts";

/** The text of charts, which is enlarged on a phone, except below many bars. */
const PHONE_TEXT = `figure text[font-size="${FONT_SIZE}"]`;

/** The colours of a page or a picture, as CSS declarations. */
export const SCHEMES: Record<"light" | "dark", string> = {
  light: `
    --page: #fff; --panel: #f6f7f9; --ink: #1f242c; --soft: #5a6370;
    --rule: #b9c0ca; --grid: #e3e6eb; --good: #00734f; --bad: #b3261e;
    --warn: #8a5a00; ${colours("light")}`,
  dark: `
    --page: #14171c; --panel: #1d2128; --ink: #e6e9ee; --soft: #a3acb9;
    --rule: #4a5361; --grid: #2b313a; --good: #4fd0a0; --bad: #ff8a80;
    --warn: #f0c060; ${colours("dark")}`,
};

/** The style sheet. */
export const STYLE: string = `
:root { color-scheme: light; ${SCHEMES.light} }
@media screen and (prefers-color-scheme: dark) {
  :root { color-scheme: dark; ${SCHEMES.dark} }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: none; text-size-adjust: none; }
body {
  margin: 0 auto; max-width: 72rem; padding: 2rem 1rem 3rem;
  background: var(--page); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, h3 { line-height: 1.25; margin: 0; text-wrap: balance; }
h1 { font-size: 2.25rem; letter-spacing: -.02em; }
h2 { font-size: 1.375rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1rem; }
p { margin: .25rem 0; max-width: 46rem; }
.soft, figcaption p { color: var(--soft); font-size: .875rem; }
.passed { color: var(--good); }
.failed { color: var(--bad); }
.interrupted, .warning { color: var(--warn); }
.swatch {
  width: 2.5rem; height: .875rem; flex: none; vertical-align: -.1em; overflow: visible;
}
ul { margin: .5rem 0; padding: 0; list-style: none; }
.notes li {
  border-left: 3px solid currentColor; padding: .375rem .75rem; margin: .5rem 0;
  background: var(--panel);
}
.notes li > * { color: var(--ink); }
.notes p { max-width: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; margin-top: .75rem; font-size: .9375rem; }
th, td { padding: .3125rem .75rem; vertical-align: top; text-align: right; }
th { font-weight: 600; }
th:first-child { padding-left: 0; overflow-wrap: break-word; }
tbody th, th:first-child { text-align: left; font-weight: 400; }
thead th { border-bottom: 2px solid var(--rule); min-width: 9.5rem; max-width: 16rem; }
thead th:first-child { min-width: 6rem; }
th:first-child { padding-right: 1.5rem; }
thead .swatch { display: block; margin: 0 0 .25rem auto; }
thead small { display: block; font-weight: 400; }
tbody th[scope=rowgroup] { font-weight: 600; padding-top: .875rem; }
tbody tr:not(:first-child) { border-top: 1px solid var(--grid); }
td { font-variant-numeric: tabular-nums; white-space: nowrap; }
.ratio { display: inline-block; min-width: 4rem; color: var(--soft); }
.better { color: var(--good); }
.worse { color: var(--bad); }
td small { display: block; color: var(--soft); font-size: .875em; }
.charts { display: grid; gap: 2.5rem 2rem; margin-top: 1rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.wide { grid-column: 1 / -1; }
.pair { display: grid; gap: 0 2rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
.wide > .plots { display: grid; gap: 0 2rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
figure { margin: 0; min-width: 0; break-inside: avoid; }
figure svg:not(.swatch) { display: block; width: 100%; height: auto; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; font-size: .875rem; margin: .25rem 0 0; }
.legend li { display: flex; align-items: center; gap: .5rem; min-width: 0; }
pre, code { font: .875rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
pre { background: var(--panel); padding: .75rem; margin: .5rem 0; white-space: pre-wrap; }
pre span { display: inline-block; max-width: 100%; }
dl { display: grid; grid-template-columns: fit-content(40%) minmax(0, 1fr); gap: .25rem 1.25rem; margin: .5rem 0; font-size: .9375rem; }
dt { color: var(--soft); }
dd { margin: 0; }
@media (max-width: 44rem) {
  body { padding-top: 1.25rem; }
  h1 { font-size: 1.75rem; }
  .charts, .pair, .wide > .plots { grid-template-columns: minmax(0, 1fr); }
  table { font-size: .875rem; }
  th, td { padding: .25rem .5rem; }
  thead th { min-width: 6.5rem; }
  ${PHONE_TEXT} { font-size: 15px !important; }
  th:first-child { position: sticky; left: 0; background: var(--page); max-width: 7.5rem; }
}
@media print {
  @page { margin: 14mm; }
  html { font-size: 9.5pt; }
  body { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  .scroll { overflow: visible; }
  table { font-size: .8125rem; }
  tbody, .notes li { break-inside: avoid; }
  th, td { padding: .2rem .375rem; }
  td { white-space: normal; }
  .ratio { min-width: 2.5rem; }
  thead th { min-width: 0; }
  .charts { gap: 1.5rem; }
  .swatch, figure svg, pre, .notes li { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
`;
