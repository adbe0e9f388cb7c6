/**
 * A figure of the HTML report: pictures with a caption, a legend, and the key numbers
 * for readers who use a screen reader. The charts make them, the page shows them.
 *
 * @module
 */
import type { RunResult, ServerResult } from "../../load/result.ts";
import { seriesStyle, swatch } from "./series_style.ts";
import { type Markup, markup, trusted } from "../markup.ts";
import { type Metric, spreadOf } from "../metrics.ts";
import type { Report } from "../report.ts";

/** One chart of the page. */
export interface Chart {
  title: string;
  /** How to read it. */
  note: string;
  /** One or two pictures side by side; none if nothing was measured. */
  pictures: string[];
  /** For each server: its key numbers, in words. */
  numbers: string[];
  /** For each server: a remark beside its name in the legend. */
  remarks?: string[];
}

/** The sentence that explains hollow markers, if there are any. */
export function hollowNote({ servers }: Report): string {
  const any = servers.some(({ runs }) =>
    runs.some((run) => run.tester.bottleneck)
  );
  return any ? " Hollow: the tester itself was the bottleneck." : "";
}

/** The medians of some metrics in words. */
export function medians(runs: readonly RunResult[], metrics: Metric[]): string {
  return metrics.map((metric) => {
    const median = spreadOf(metric, runs)?.median;
    return median === undefined
      ? `${metric.name} not measured`
      : `${metric.name} ${metric.format(median)}`;
  }).join(", ");
}

/** The markup of a chart. */
export function figure({ servers }: Report, chart: Chart): Markup {
  const { title, note, pictures, numbers } = chart;
  const caption =
    markup`<figcaption><h3>${title}</h3><p>${note}</p></figcaption>`;
  if (pictures.length === 0) {
    return markup`<figure>${caption}<p>Not measured.</p></figure>`;
  }
  const read = servers.map(({ name }, i) => ` ${name}: ${numbers[i]}.`);
  return markup`<figure class="${pictures.length > 1 ? "wide" : ""}">${caption}
<div class="plots" role="img" aria-label="${title}.${read}">
${pictures.map(trusted)}
</div>
${legend(servers, chart)}</figure>
`;
}

function legend(servers: ServerResult[], { remarks = [] }: Chart): Markup {
  const entries = servers.map(({ name }, i) =>
    markup`<li>${swatch(seriesStyle(i))}<span><bdi>${name}</bdi>
<span class="soft">${remarks[i] ?? ""}</span></span></li>`
  );
  return markup`<ul class="legend">${entries}</ul>`;
}
