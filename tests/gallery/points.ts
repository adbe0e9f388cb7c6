/** The points of a load's chart, and who has none. */
import { spread } from "../../lib/stresstest/report/spread.ts";
import type { LoadName } from "./loads.ts";
import { isTesters } from "./metrics.ts";
import type { GalleryResult, ServerResult } from "./result.ts";
import { languageStyle, type Point } from "./scatter.ts";

/** The loads that have a chart: nobody waits for a message in the others. */
export const CHARTED: readonly LoadName[] = [
  "reply",
  "chat",
  "hall",
  "flood",
  "stuck",
];

/** The language of a server, without its version. */
export function languageOf({ version }: ServerResult): string {
  return version.split(" ")[0]!;
}

/** A point for each server of which both were measured. */
export function pointsOf({ servers }: GalleryResult, load: LoadName): Point[] {
  return servers.flatMap((server) => {
    const runs = server.loads[load] ?? [];
    const deliveries = spread(
      runs.map(({ deliveriesPerSecond }) => deliveriesPerSecond),
    )?.median;
    const p99 = spread(runs.map(({ p99Microseconds }) => p99Microseconds));
    if (!deliveries || !p99) return [];
    return [{
      name: server.name,
      style: languageStyle(languageOf(server)),
      deliveries,
      p99,
      isHollow: isTesters(server, load),
    }];
  });
}

/** The servers that were played and have no point. */
export function without(result: GalleryResult, load: LoadName): string[] {
  const named = new Set(pointsOf(result, load).map(({ name }) => name));
  return result.servers
    .filter(({ name, loads }) => loads[load] && !named.has(name))
    .map(({ name }) => name);
}
