/**
 * The table of figures: a row for each, a column for each server. The rule: every
 * figure is a median with its range over the runs, and its ratio to the first server.
 *
 * @module
 */
import type { Report, RunResult, ServerResult } from "../../load/result.ts";
import type { Compared } from "../comparable_runs.ts";
import { plural, rate, times } from "../format.ts";
import { look, swatch } from "../charts/series_style.ts";
import { type Markup, markup } from "../markup.ts";
import { type Metric, METRICS } from "../metrics.ts";
import { spread } from "../spread.ts";

const MISSING = markup`<span class="soft" title="not measured">–</span>`;

/** The figures of all servers. */
export function table(
  { mode, servers }: Report,
  { runs, basis }: Compared,
): Markup {
  const [first, ...others] = servers;
  const compared = first === undefined || others.length === 0
    ? ""
    : markup`; beside it the ratio to <bdi>${first.name}</bdi>`;
  const range = runs.some((it) => it.length > 1)
    ? "; below it the range over the runs"
    : "";
  return markup`<p class="soft" id="basis">${basis} The median${compared}${range}.</p>
<div class="scroll" tabindex="0" role="region" aria-label="Figures">
<table aria-describedby="basis">
<thead><tr><th scope="col">Figure</th>${servers.map(heading)}</tr></thead>
${mode === "sweep" ? knees(servers) : ""}
${METRICS.map(({ name, metrics }) => group(name, metrics, runs))}
</table>
</div>`;
}

function heading({ name, runs }: ServerResult, index: number): Markup {
  const failed = runs.filter((run) => run.violations.length > 0).length;
  const verdict = failed > 0 ? `failed ${failed} of ` : "";
  return markup`<th scope="col">${swatch(look(index))}<bdi>${name}</bdi>
<small class="${verdict ? "failed" : "soft"}">${verdict}${
    plural(runs.length, "run")
  }</small></th>`;
}

function knees(servers: readonly ServerResult[]): Markup {
  const first = servers[0]?.knee ?? null;
  const cells = servers.map(({ knee }, i) =>
    knee === null
      ? markup`<td>${MISSING}</td>`
      : markup`<td>${rate(knee)}${i > 0 ? ratio(knee, first) : ""}</td>`
  );
  return markup`<tbody><tr><th scope="row">Knee: offered messages</th>${cells}</tr></tbody>`;
}

function group(
  name: string,
  metrics: readonly Metric[],
  runs: readonly RunResult[][],
): Markup {
  return markup`<tbody>
<tr><th scope="rowgroup" colspan="${runs.length + 1}">${name}</th></tr>
${metrics.map((metric) => row(metric, runs))}</tbody>
`;
}

function row(
  { name, of, format }: Metric,
  all: readonly RunResult[][],
): Markup {
  const spreads = all.map((runs) => spread(runs.map(of)));
  const first = spreads[0]?.median ?? null;
  const cells = spreads.map((it, i) => {
    if (it === null) return markup`<td>${MISSING}</td>`;
    const { median, min, max } = it;
    const range = min === max
      ? ""
      : markup`<small>${format(min)} – ${format(max)}</small>`;
    return markup`<td>${format(median)}${
      i > 0 ? ratio(median, first) : ""
    }${range}</td>`;
  });
  return markup`<tr><th scope="row">${name}</th>${cells}</tr>
`;
}

/** Empty, but there, where it would be to zero: figures stay in line. */
function ratio(value: number, first: number | null): Markup {
  const text = first ? times(value / first) : "";
  return markup` <span class="ratio">${text}</span>`;
}
