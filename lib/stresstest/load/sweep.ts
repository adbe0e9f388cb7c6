/**
 * The sweep: loads of rising rates, until a server no longer keeps up. With several
 * servers, each plays one rate in turn.
 *
 * @module
 */
import type { Target } from "../target/target.ts";
import { KneeSearch } from "./knee_search.ts";
import { playLoad } from "./load.ts";
import type { ServerResult } from "./result.ts";
import { playRound, type RoundsOptions } from "./rounds.ts";
import type { LoadSettings } from "./settings.ts";

/** A load for each rate; its own rate is the first. */
export interface SweepSettings extends Omit<LoadSettings, "count"> {
  /** Seconds at each rate. */
  duration: number;
}

/**
 * Sweeps each target.
 *
 * @param results Where the runs are added as they end.
 */
export async function sweep(
  targets: Target[],
  results: ServerResult[],
  options: RoundsOptions,
  settings: SweepSettings,
): Promise<void> {
  const { duration } = settings;
  const searches = targets.map(() => new KneeSearch(settings.rate, duration));
  let runs = 0;
  while (searches.some(({ next }) => next !== undefined)) {
    for (const [at, target] of targets.entries()) {
      const [search, result] = [searches[at]!, results[at]!];
      const rate = search.next;
      if (rate === undefined) continue;
      if (options.stop.aborted) return;
      const before = result.runs.length;
      const count = Math.max(1, Math.round(rate * duration));
      await playRound(target, result, options, (server) => ({
        run: (runOptions) =>
          playLoad(server, { ...settings, rate, count }, runs++, runOptions),
        close() {},
      }), 1);
      const run = result.runs[before];
      if (run && !run.interrupted) search.add(run);
      result.knee = search.knee;
      result.kneeEnd = search.end;
    }
  }
}
