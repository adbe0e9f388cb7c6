/**
 * The table of metrics: a row for each metric, a column for each server. A cell has
 * the median, the range over the runs, and the ratio to the first server.
 *
 * @module
 */
import type { RunResult, ServerResult } from "../../load/result.ts";
import { seriesStyle, swatch } from "../charts/series_style.ts";
import { type ComparableRuns, compareRuns } from "../comparable_runs.ts";
import { plural, rate, times } from "../format.ts";
import { isExact } from "../knees.ts";
import { type Markup, markup } from "../markup.ts";
import { type Comparison, type Metric, METRICS, spreadOf } from "../metrics.ts";
import type { Report } from "../report.ts";

const MISSING = markup`<span class="soft" title="not measured">–</span>`;

/** The metrics of all servers. */
export function metricsTable(
  { mode, servers }: Report,
  { runs, basis }: ComparableRuns,
): Markup {
  const [first, ...others] = servers;
  const ratio = first === undefined || others.length === 0
    ? ""
    : markup`; beside it the ratio to <bdi>${first.name}</bdi>, coloured where the ranges of three runs or more do not overlap`;
  const range = runs.some((it) => it.length > 1)
    ? "; below it the range over the runs"
    : "";
  return markup`<p class="soft" id="basis">${basis} The median${ratio}${range}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Metrics">
<table aria-describedby="basis">
<thead><tr><th scope="col">Metric</th>${servers.map(heading)}</tr></thead>
<tbody>${mode === "sweep" ? knees(servers) : ""}
${METRICS.map((metric) => row(metric, runs))}</tbody>
</table>
</div>`;
}

function heading({ name, runs }: ServerResult, index: number): Markup {
  const failed = runs.filter((run) => run.violations.length > 0).length;
  const verdict = failed > 0 ? `failed ${failed} of ` : "";
  return markup`<th scope="col">${swatch(seriesStyle(index))}<bdi>${name}</bdi>
<small class="${verdict ? "failed" : "soft"}">${verdict}${
    plural(runs.length, "run")
  }</small></th>`;
}

function knees(servers: readonly ServerResult[]): Markup {
  const cells = servers.map((server) => {
    const { knee } = server;
    if (knee === null) return markup`<td>${MISSING}</td>`;
    const least = isExact(server) ? "" : "at least ";
    return markup`<td>${least}${rate(knee)}</td>`;
  });
  return markup`<tr><th scope="row">knee, offered messages</th>${cells}</tr>`;
}

/** The row of a metric, unless no run has it. */
function row(metric: Metric, all: readonly RunResult[][]): Markup | "" {
  const spreads = all.map((runs) => spreadOf(metric, runs));
  if (spreads.every((spread) => spread === null)) return "";
  const cells = spreads.map((spread, i) => {
    if (spread === null) return markup`<td>${MISSING}</td>`;
    const [median, min, max] = [spread.median, spread.min, spread.max]
      .map(metric.format);
    const range = min === max ? "" : markup`<small>${min!} – ${max!}</small>`;
    const ratio = i === 0
      ? ""
      : ratioText(compareRuns(metric, all[i]!, all[0]!));
    return markup`<td>${median!}${ratio}${range}</td>`;
  });
  return markup`<tr><th scope="row">${metric.name}</th>${cells}</tr>
`;
}

/** The ratio to the first server, or empty space of the same width. */
function ratioText(compared: Comparison | null): Markup {
  const ratio = compared?.ratio ?? null;
  return markup` <span class="ratio ${compared?.verdict ?? ""}">${
    ratio === null ? compared?.verdict ?? "" : times(ratio)
  }</span>`;
}
