/**
 * Whether two results of the gallery agree: `agreement.ts A.json B.json`. Two servers
 * whose medians differ by more than a quarter in one must have the same order in the
 * other. Exit code 1 if some have not.
 */
// deno-lint-ignore-file no-console -- a tool for people
import { failureOf, fullTitle, METRICS, valueOf } from "./metrics.ts";
import type { GalleryResult } from "./result.ts";

/** Servers that differ by less may change places. */
const DIFFERENCE = 1.25;

/** What two results say of all pairs of servers. */
export interface Agreement {
  /** Pairs with a difference in the first result. */
  compared: number;
  /** Those that have changed places: the figure and the servers. */
  changed: string[];
}

/** Compares all pairs of servers in every figure. */
export function agreement(a: GalleryResult, b: GalleryResult): Agreement {
  const found: Agreement = { compared: 0, changed: [] };
  for (const metric of METRICS) {
    const measured = a.servers.flatMap((server) => {
      const other = b.servers.find(({ name }) => name === server.name);
      const pair = other ? [server, other] : [];
      if (pair.some((each) => failureOf(each, metric.load))) return [];
      const [first, second] = pair.map((each) => valueOf(each, metric)?.median);
      if (first === undefined || second === undefined) return [];
      return [{ name: server.name, a: first, b: second }];
    });
    for (const low of measured) {
      for (const high of measured) {
        if (low.a * DIFFERENCE >= high.a) continue;
        found.compared++;
        if (low.b < high.b) continue;
        const { format } = metric;
        found.changed.push(
          `${fullTitle(metric)}: ${low.name} ${format(low.a)}, then ${
            format(low.b)
          }; ${high.name} ${format(high.a)}, then ${format(high.b)}`,
        );
      }
    }
  }
  return found;
}

if (import.meta.main) {
  const texts = await Promise.all(
    Deno.args.map((name) => Deno.readTextFile(name)),
  );
  const [a, b] = texts.map((text): GalleryResult => JSON.parse(text));
  const { compared, changed } = agreement(a!, b!);
  for (const line of changed) console.log(line);
  console.log(`${changed.length} of ${compared} pairs changed places`);
  if (changed.length > 0) Deno.exitCode = 1;
}
