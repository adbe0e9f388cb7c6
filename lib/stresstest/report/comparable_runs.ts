/**
 * Which runs the table and the percentiles sum up. The rule: servers are only set
 * side by side at the same load, so of a sweep it is the runs at one rate.
 *
 * @module
 */
import type { Report, RunResult } from "../load/result.ts";
import { rate } from "./format.ts";

/** Runs under the same load. */
export interface Compared {
  /** For each server of the report. */
  runs: RunResult[][];
  /** What they have in common, in words. */
  basis: string;
}

/** The runs of a report that can be set side by side. */
export function compared({ mode, servers }: Report): Compared {
  const all = servers.map((server) => server.runs);
  if (mode !== "sweep") return { runs: all, basis: "Over all runs." };

  const common = commonRates(all.filter((runs) => runs.length > 0));
  const knee = Math.min(...servers.map((server) => server.knee ?? 0));
  const followed = common.filter((it) => it <= knee);
  const chosen = followed.at(-1) ?? common[0];
  if (chosen === undefined) {
    return {
      runs: all,
      basis: "Over all rates: the servers have none in common.",
    };
  }
  const place = followed.length > 0
    ? "the highest offered rate that every server followed"
    : "the lowest rate offered to every server";
  return {
    runs: all.map((runs) => runs.filter((run) => run.offeredRate === chosen)),
    basis: `At ${rate(chosen)}, ${place}.`,
  };
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
