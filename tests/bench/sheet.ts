/**
 * The sheet that charts are put on. It carries its colours and its page with it, so
 * that it can be read wherever it stands, on light pages and on dark.
 */
import { SCHEMES } from "../../lib/stresstest/report/html/stylesheet.ts";

/** The size of a chart. */
export const PANEL = { width: 480, height: 300 } as const;

/** Around all charts. */
export const MARGIN = 12;

/** Two charts beside each other. */
export const WIDTH = 2 * PANEL.width + 2 * MARGIN;

const STYLE = `
svg { ${SCHEMES.light} font: 13px system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
@media (prefers-color-scheme: dark) { svg { ${SCHEMES.dark} } }
.page { fill: var(--page); }
.head { fill: var(--ink); font-size: 16px; font-weight: 600; }
.soft { fill: var(--soft); }
`;

/** A sheet with something drawn on it; `label` says what to those who do not see it. */
export function sheet(height: number, label: string, drawn: string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${label}">
<style>${STYLE}</style>
<rect class="page" width="${WIDTH}" height="${height}" rx="8"/>
${drawn.join("\n")}
</svg>
`;
}

/** A heading, or a line of small print, with its baseline at `y`. */
export function words(text: string, kind: "head" | "soft", y: number): string {
  return `<text class="${kind}" x="${MARGIN + 8}" y="${y}">${text}</text>`;
}

/** A drawn chart at its place in a larger picture. */
export function placed(svg: string, x: number, y: number): string {
  return svg.replace("<svg ", `<svg x="${x}" y="${y}" `);
}
