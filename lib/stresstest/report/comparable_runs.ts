/**
 * The runs that the table and the latency chart compare. Servers are compared only
 * under the same load, so of a sweep these are the runs at one rate.
 *
 * @module
 */
import type { RunResult } from "../load/result.ts";
import type { Report } from "./report.ts";
import { rate } from "./format.ts";

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

/** The runs that were not interrupted; or all, if there are no others. */
function wholeRuns(runs: RunResult[]): RunResult[] {
  const whole = runs.filter(({ interrupted }) => !interrupted);
  return whole.length > 0 ? whole : runs;
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
