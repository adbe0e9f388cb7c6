/**
 * A chart with its words: what the page shows and what is read aloud. Made by the
 * charts, shown by the page. The rule: whoever cannot see the picture gets its key
 * numbers.
 *
 * @module
 */
import type { Report, RunResult, ServerResult } from "../../load/result.ts";
import { look, swatch } from "./series_style.ts";
import { type Markup, markup, trusted } from "../markup.ts";
import type { Metric } from "../metrics.ts";
import { spread } from "../spread.ts";

/** One chart of the page. */
export interface Chart {
  title: string;
  /** How to read it. */
  note: string;
  /** One or two pictures side by side; none if nothing was measured. */
  pictures: string[];
  /** For each server what the picture says of it, in a few numbers. */
  numbers: string[];
  /** For each server what its legend says beside its name. */
  remarks?: string[];
}

/** What is said of hollow markers, if there can be any. */
export function hollowNote({ servers }: Report): string {
  const any = servers.some(({ runs }) =>
    runs.some((run) => run.generator.bottleneck)
  );
  return any ? " Hollow: the tester itself was the bottleneck." : "";
}

/** The medians of some metrics in words. */
export function medians(runs: readonly RunResult[], metrics: Metric[]): string {
  return metrics.map((metric) => {
    const median = spread(runs.map(metric.of))?.median;
    return median === undefined
      ? `${metric.name} not measured`
      : `${metric.name} ${metric.format(median)}`;
  }).join(", ");
}

/** A chart as a figure with caption and legend. */
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
    markup`<li>${swatch(look(i))}<span><bdi>${name}</bdi>
<span class="soft">${remarks[i] ?? ""}</span></span></li>`
  );
  return markup`<ul class="legend">${entries}</ul>`;
}
