/**
 * The runs that the table and the latency chart compare. Servers are compared only
 * under the same load, so of a sweep these are the runs at one rate.
 *
 * @module
 */
import { hasServerFailed, type RunResult } from "../load/result.ts";
import type { Report } from "./report.ts";
import { rate } from "./format.ts";
import { compare, type Comparison, type Metric, spreadOf } from "./metrics.ts";

/** Runs under the same load. */
export interface ComparableRuns {
  /** For each server of the report. */
  runs: RunResult[][];
  /** What they have in common: a sentence for the report. */
  basis: string;
}

/** The runs of a report that can be compared. */
export function comparableRuns({ mode, servers }: Report): ComparableRuns {
  const all = servers.map(({ runs }) => wholeRuns(runs));
  if (mode !== "sweep") return { runs: all, basis: "Over all runs." };

  const common = commonRates(all.filter((runs) => runs.length > 0));
  const played = servers.filter(({ runs }) => runs.length > 0);
  const knee = Math.min(...played.map((server) => server.knee ?? 0));
  const kept = common.filter((it) => it <= knee);
  const chosen = kept.at(-1) ?? common[0];
  if (chosen === undefined) {
    return {
      runs: all,
      basis: "Over all rates: the servers have none in common.",
    };
  }
  const rank = kept.length > 0
    ? "the highest rate offered to every server that all kept up with"
    : "the lowest rate offered to every server";
  return {
    runs: all.map((runs) => runs.filter((run) => run.offeredRate === chosen)),
    basis: `At ${rate(chosen)}, ${rank}.`,
  };
}

/**
 * Compares runs of a server to those of another; `null` if that has no meaning: a run
 * in which a server died is short, and no better for it.
 */
export function compareRuns(
  metric: Metric,
  runs: readonly RunResult[],
  base: readonly RunResult[],
): Comparison | null {
  if (![...runs, ...base].every(isWhole)) return null;
  return compare(metric, spreadOf(metric, runs), spreadOf(metric, base));
}

/** The runs that came to their end; or all, if there are no others. */
function wholeRuns(runs: RunResult[]): RunResult[] {
  const whole = runs.filter(isWhole);
  return whole.length > 0 ? whole : runs;
}

function isWhole(run: RunResult): boolean {
  return !run.interrupted && !hasServerFailed(run);
}

function commonRates([first = [], ...others]: RunResult[][]): number[] {
  const rates = new Set(first.map((run) => run.offeredRate));
  return [...rates]
    .filter((it) => it !== null)
    .filter((it) =>
      others.every((runs) => runs.some((run) => run.offeredRate === it))
    )
    .sort((a, b) => a - b);
}
