/**
 * The summary that the command prints at the end: a table, notes and the verdict. The
 * first server is the one that the others are compared to.
 *
 * @module
 */
import type { RunResult, ServerResult } from "../load/result.ts";
import { comparableRuns, compareRuns } from "./comparable_runs.ts";
import { count, times } from "./format.ts";
import { headline } from "./headline.ts";
import { kneeClaim, ranking } from "./knees.ts";
import {
  type Comparison,
  CPU,
  DELIVERIES,
  LOSS,
  type Metric,
  METRICS,
  P50,
  P99,
  SEND_DELAY,
  spreadOf,
} from "./metrics.ts";
import { notes } from "./notes.ts";
import type { Report } from "./report.ts";
import { KILLED } from "../target/server.ts";
import type { Spread } from "./spread.ts";
import { textTable } from "./text_table.ts";

/** The columns of a sweep, beside the rate. */
const SWEEP_METRICS = [DELIVERIES, LOSS, P50, P99, CPU, SEND_DELAY];

/** What was not measured. */
const MISSING = "–";

/** Marks the rate of the knee. */
const KNEE_MARK = " ←";

/**
 * The text of the summary.
 *
 * @param width The longest line of a table: servers that do not fit beside one another
 * stand one under another, and without ranges if that is still too wide.
 */
export function summary(report: Report, width = Infinity): string {
  const parts = report.mode === "sweep"
    ? report.servers.map(sweepTable)
    : comparisonTables(report, width);
  return [
    ...parts,
    ranking(report) ?? "",
    ...notes(report).map((note) => `note: ${note}`),
    verdict(report),
  ].filter((part) => part !== "").join("\n\n");
}

/** A server in the comparison. */
interface Played {
  name: string;
  runs: readonly RunResult[];
}

/** Medians and ranges, a column for each server, and ratios to the first. */
function comparisonTables(report: Report, width: number): string[] {
  const { runs } = comparableRuns(report);
  const played = report.servers
    .map(({ name }, at) => ({ name, runs: runs[at]! }))
    .filter(({ runs }) => runs.length > 0);
  const [first, ...others] = played;
  if (!first) return [];
  const table = comparisonTable(played, first, others, spreadText);
  if (widthOf(table) <= width) return [table];
  const single = (text: typeof spreadText) => [
    comparisonTable([first], first, [], text),
    ...others.map((other) => comparisonTable([other], first, [other], text)),
  ];
  const tables = single(spreadText);
  return tables.every((each) => widthOf(each) <= width)
    ? tables
    : single(medianText);
}

/** A table with the values of some servers, and the ratios of some to the first. */
function comparisonTable(
  played: Played[],
  first: Played,
  compared: Played[],
  text: typeof spreadText,
): string {
  const head = [
    "",
    ...played.map(({ name }) => name),
    ...compared.map(({ name }) =>
      played.length === 1 ? `: ${first.name}` : `${name} : ${first.name}`
    ),
  ];
  const rows = METRICS.flatMap((metric) => {
    const spreads = played.map(({ runs }) => spreadOf(metric, runs));
    if (spreads.every((it) => it === null)) return [];
    const ratios = compared.map(({ runs }) =>
      ratioText(compareRuns(metric, runs, first.runs))
    );
    return [[
      metric.name,
      ...spreads.map((it) => text(metric, it)),
      ...ratios,
    ]];
  });
  return textTable([head, ...rows]);
}

function widthOf(table: string): number {
  return Math.max(...table.split("\n").map(({ length }) => length));
}

function spreadText({ format }: Metric, spread: Spread | null): string {
  if (!spread) return MISSING;
  const [median, min, max] = [spread.median, spread.min, spread.max]
    .map(format) as [string, string, string];
  return min === max ? median : `${median} (${min} – ${max})`;
}

function medianText({ format }: Metric, spread: Spread | null): string {
  return spread ? format(spread.median) : MISSING;
}

function ratioText(compared: Comparison | null): string {
  if (!compared) return "";
  const { ratio, verdict } = compared;
  return [ratio === null ? "" : times(ratio), verdict]
    .filter(Boolean).join(" ");
}

/** A server's rates, rising. */
function sweepTable(server: ServerResult): string {
  const { name, runs, knee } = server;
  if (runs.length === 0) return "";
  const rising = runs.toSorted((a, b) => a.offeredRate! - b.offeredRate!);
  const table = textTable([
    // Names in two lines, so that the table fits 80 columns.
    [
      "messages/s",
      ...SWEEP_METRICS.map(({ name }) => name.replace(/ (?=\S+$)/, "\n")),
    ],
    ...rising.map((run) => sweepRow(run, knee)),
  ]);
  return `${name} ${kneeClaim(server)}\n${table}`;
}

function sweepRow(run: RunResult, knee: number | null): string[] {
  const { offeredRate } = run;
  const mark = offeredRate === knee ? KNEE_MARK : "";
  return [
    `${count(offeredRate!)}${mark}`,
    ...SWEEP_METRICS.map(({ of, format }) => {
      const value = of(run);
      return value === null ? MISSING : format(value);
    }),
  ];
}

function verdict(report: Report): string {
  const { word, rest } = headline(report);
  const failures = report.servers.flatMap(({ name, runs, killed }) => {
    const verdicts = new Set(
      runs.flatMap(({ violations }) =>
        violations.map(({ verdict }) => verdict)
      ),
    );
    const found = [...verdicts, ...killed ? [KILLED] : []];
    return found.length === 0 ? [] : [`failed: ${name}: ${found.join(", ")}`];
  });
  if (word === "Failed" && failures.length > 0) return failures.join("\n");
  return [...failures, `${word.toLowerCase()}: ${rest}`].join("\n");
}
