/** The table of the gallery in Markdown: a row a style. */
import { FIGURE, figure } from "../bench/figure.ts";
import { disturbance } from "../bench/stage.ts";
import { table as markdown } from "../bench/tool.ts";
import { marks } from "./guarantees.ts";
import {
  COLUMNS,
  failureOf,
  isTesters,
  type Metric,
  valueOf,
} from "./metrics.ts";
import type { GalleryResult, ServerResult } from "./result.ts";

/** A cell: the metric of all rounds, or why there is none. */
export function cell(server: ServerResult, metric: Metric): string {
  const failure = failureOf(server, metric.load);
  if (failure) return failure.slice(0, failure.indexOf(":"));
  const value = valueOf(server, metric);
  if (!value) return "–";
  const star = isTesters(server, metric.load) ? "\\*" : "";
  return figure(value, metric.format) + star;
}

/** What does not hold, in a few words. */
export function broken(server: ServerResult): string {
  const names = marks(server).filter(({ holds }) => holds === false)
    .map(({ name }) => name);
  const judged = marks(server).some(({ holds }) => holds !== null);
  return names.join(", ") || (judged ? "" : "–");
}

/** The table, and what is said below it. */
export function table(result: GalleryResult): string {
  const { servers, leftOut } = result;
  const rows = servers.map((server) => [
    server.name,
    server.version,
    server.lines === null ? "–" : `${server.lines}`,
    ...COLUMNS.map(({ metric }) => cell(server, metric)),
    broken(server),
  ]);
  const head = [
    "",
    "runs on",
    "lines",
    ...COLUMNS.map(({ title }) => title),
    "does not hold",
  ];
  const cells = rows.flat();
  const notes = [
    servers.some((server) =>
        Object.values(server.loads).some((runs) => runs.length > 1)
      )
      ? FIGURE
      : "",
    cells.some((text) => text.endsWith("\\*"))
      ? "\\* the stress tester was the bottleneck: the server may be better."
      : "",
    ...leftOut.map(({ name, reason }) => `Left out: ${name}, ${reason}.`),
    disturbance(result),
  ].filter(Boolean);
  return `${markdown([head, ...rows])}\n${notes.join("\n\n")}\n`;
}
