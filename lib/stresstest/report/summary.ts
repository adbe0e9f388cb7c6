/**
 * What was found, as text: a line for each run, then a table. The entry point
 * prints it. Its one rule: the first server is what others are compared to.
 *
 * @module
 */
import Table from "cli-table3";
import { duration, memory, number, percent } from "./figures.ts";
import { type Spread, spread } from "./spread.ts";
import type { Report, RunResult, ServerResult } from "../load/result.ts";

/** A row of the comparison: its name, where it is found, how it is written. */
type Row = [
  name: string,
  value: (run: RunResult) => number | undefined,
  write: (value: number) => string,
];

const ROWS: Row[] = [
  ["messages sent", (run) => run.sent, number],
  ["delivered", (run) => run.received, number],
  ["lost", (run) => share(run), (value) => percent(value, 1)],
  ["seconds", (run) => run.seconds, number],
  ["deliveries/s", (run) => run.deliveriesPerSecond, number],
  ["latency p50", (run) => run.latency?.p50Microseconds, duration],
  ["        p90", (run) => run.latency?.p90Microseconds, duration],
  ["        p99", (run) => run.latency?.p99Microseconds, duration],
  ["        p99.9", (run) => run.latency?.p999Microseconds, duration],
  ["        max", (run) => run.latency?.maxMicroseconds, duration],
  [
    "server CPU",
    (run) => run.server?.cpuSeconds,
    (value) => `${number(value)} s`,
  ],
  [
    "  a delivery",
    (run) => run.server?.cpuMicrosecondsPerDelivery,
    duration,
  ],
  ["memory start", (run) => run.server?.startMemoryBytes, memory],
  ["       peak", (run) => run.server?.peakMemoryBytes, memory],
  ["       end", (run) => run.server?.endMemoryBytes, memory],
];

/** What the tester says of itself where it sends at times of its own. */
const SLIP: Row = [
  "tester's slip p99",
  (run) => run.generator.slipP99Microseconds,
  duration,
];

/** A run, as a line. */
export function runLine(run: RunResult): string {
  const { received, expected, latency } = run;
  const parts = [`${number(received)} of ${number(expected)} received`];
  if (run.offeredRate === null) {
    parts.push(
      `drop rate ${number(share(run))}`,
      `${number(run.seconds)} s`,
    );
  } else {
    parts.unshift(`${number(run.offeredRate)} messages/s`);
    parts.push(
      `${percent(share(run), 1)} lost`,
      `${number(run.deliveriesPerSecond)} deliveries/s`,
    );
  }
  if (latency) {
    parts.push(
      `p50 ${duration(latency.p50Microseconds)}`,
      `p99 ${duration(latency.p99Microseconds)}`,
    );
  }
  return parts.join(", ");
}

/** The table at the end, and what has to be said about it. */
export function summary(report: Report): string {
  const parts = report.mode === "sweep"
    ? report.servers.map(sweepTable)
    : [comparison(report)];
  return [...parts, ...report.servers.flatMap(notes), verdict(report)]
    .filter((part) => part !== "").join("\n\n");
}

/** Medians and ranges, a column for each server, and ratios of the medians. */
function comparison({ mode, servers }: Report): string {
  const played = servers.filter(({ runs }) => runs.length > 0);
  const [first] = played;
  if (!first) return "";
  const ratios = played.slice(1).map(({ name }) => `${name} : ${first.name}`);
  const table = plain(["", ...played.map(({ name }) => name), ...ratios]);
  for (const row of mode === "load" ? [...ROWS, SLIP] : ROWS) {
    const [name, value, write] = row;
    const columns = played.map(({ runs }) =>
      spread(runs.map((run) => value(run) ?? null))
    );
    if (columns.every((column) => column === null)) continue;
    const base = columns[0]?.median ?? 0;
    table.push([
      name,
      ...columns.map((column) => written(column, write)),
      ...columns.slice(1).map((column) =>
        column && base > 0 && row !== SLIP ? number(column.median / base) : ""
      ),
    ]);
  }
  return table.toString();
}

/** A server's rates, rising. */
function sweepTable({ name, runs, knee }: ServerResult): string {
  if (runs.length === 0) return "";
  const table = plain([
    "messages/s",
    "deliveries/s",
    "lost",
    "p50",
    "p99",
    "CPU a delivery",
    "slip p99",
  ]);
  const rising = runs.toSorted((a, b) => a.offeredRate! - b.offeredRate!);
  for (const run of rising) {
    const { offeredRate, latency, server, generator } = run;
    table.push([
      `${number(offeredRate!)}${offeredRate === knee ? " ←" : ""}`,
      number(run.deliveriesPerSecond),
      percent(share(run), 1),
      latency ? duration(latency.p50Microseconds) : "",
      latency ? duration(latency.p99Microseconds) : "",
      server ? duration(server.cpuMicrosecondsPerDelivery) : "",
      duration(generator.slipP99Microseconds),
    ]);
  }
  const found = knee === null
    ? "followed none of these rates"
    : `follows up to ${number(knee)} messages/s`;
  return `${name} ${found}\n${table.toString()}`;
}

function notes({ name, runs }: ServerResult): string[] {
  const found: string[] = [];
  const limited = runs.filter(({ generator }) => generator.bottleneck).length;
  if (limited > 0) {
    found.push(
      `note: in ${limited} of ${runs.length} runs of ${name} the tester was the bottleneck: they say no more than that the server is at least that good`,
    );
  }
  const unchecked = runs.reduce(
    (sum, { generator }) => sum + (generator.uncheckedOrder ?? 0),
    0,
  );
  if (unchecked > 0) {
    found.push(
      `note: so much was lost of ${name} that the one order of ${
        number(unchecked)
      } deliveries was not checked`,
    );
  }
  return found;
}

function verdict({ servers, passed, interrupted }: Report): string {
  if (passed) return "passed: every verdict held";
  const failed = servers.filter(({ runs }) =>
    runs.some(({ violations }) => violations.length > 0)
  );
  const lines = failed.map(({ name, runs }) => {
    const wrong = new Set(
      runs.flatMap(({ violations }) =>
        violations.map(({ verdict }) => verdict)
      ),
    );
    return `failed: ${name}: ${[...wrong].join(", ")}`;
  });
  if (interrupted) lines.push("stopped before the end");
  return lines.join("\n");
}

function share(run: RunResult): number {
  return run.expected === 0 ? 0 : run.lost / run.expected;
}

function written(
  column: Spread | null,
  write: (value: number) => string,
): string {
  if (!column) return "";
  const { median, min, max } = column;
  const middle = write(median);
  return min === max ? middle : `${middle} (${write(min)} – ${write(max)})`;
}

/** A table without lines or colours: it is read in terminals, files and issues. */
function plain(head: string[]): Table.Table {
  const table = new Table({
    chars: {
      top: "",
      "top-mid": "",
      "top-left": "",
      "top-right": "",
      bottom: "",
      "bottom-mid": "",
      "bottom-left": "",
      "bottom-right": "",
      left: "",
      "left-mid": "",
      mid: "",
      "mid-mid": "",
      right: "",
      "right-mid": "",
      middle: "  ",
    },
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: head.map((_, at) => at === 0 ? "left" : "right"),
  });
  table.push(head);
  return table;
}
