/**
 * Whether two results of the gallery agree: `agreement.ts A.json B.json`, each one file
 * or several with commas between. Two servers that are more than a quarter apart in all
 * rounds of one must have the same order in the medians of the other. Exit code 1 if
 * some have not.
 */
// deno-lint-ignore-file no-console -- a tool for people
import type { Spread } from "../../lib/stresstest/report/spread.ts";
import {
  failureOf,
  fullTitle,
  type Metric,
  METRICS,
  valueOf,
} from "./metrics.ts";
import { type GalleryResult, merge } from "./result.ts";

/** Servers that differ by less may change places. */
const DIFFERENCE = 1.25;

/** All but the p99 flat out: it says how much is queued, and moves with the throughput. */
const COMPARED = METRICS.filter(({ load, title }) =>
  load !== "flood" || title !== "p99"
);

/** What two results say of all pairs of servers. */
export interface Agreement {
  /** Pairs with a difference in the first result. */
  compared: number;
  /** Those that have changed places: the metric and the servers. */
  changed: string[];
}

/** Compares all pairs of servers in every metric. */
export function agreement(a: GalleryResult, b: GalleryResult): Agreement {
  const found: Agreement = { compared: 0, changed: [] };
  for (const metric of COMPARED) {
    const measured = a.servers.flatMap((server) => {
      const other = b.servers.find(({ name }) => name === server.name);
      const pair = other ? [server, other] : [];
      if (pair.some((each) => failureOf(each, metric.load))) return [];
      const [first, second] = pair.map((each) =>
        comparable(valueOf(each, metric), metric)
      );
      return first && second
        ? [{ name: server.name, a: first, b: second }]
        : [];
    });
    for (const low of measured) {
      for (const high of measured) {
        if (low.a.max * DIFFERENCE >= high.a.min) continue;
        found.compared++;
        if (low.b.median < high.b.median) continue;
        const [one, other] = [low, high].map(({ name, a, b }) =>
          `${name} ${metric.format(a.median)}, then ${metric.format(b.median)}`
        );
        found.changed.push(`${titleOf(metric)}: ${one}; ${other}`);
      }
    }
  }
  return found;
}

function titleOf(metric: Metric): string {
  return fullTitle(
    metric.field === "lost" ? { ...metric, title: "arrived" } : metric,
  );
}

/** Of what is lost it is what arrives that is compared: 0.1 and 0.2 % lost are alike. */
function comparable(value: Spread | null, { field }: Metric): Spread | null {
  if (!value || field !== "lost") return value;
  const { runs, median, min, max } = value;
  return { runs, median: 1 - median, min: 1 - max, max: 1 - min };
}

if (import.meta.main) {
  const [a, b] = await Promise.all(Deno.args.map(async (names) => {
    const files = names.split(",");
    const texts = await Promise.all(
      files.map((name) => Deno.readTextFile(name)),
    );
    return merge(texts.map((text): GalleryResult => JSON.parse(text)));
  }));
  const { compared, changed } = agreement(a!, b!);
  for (const text of changed) console.log(text);
  console.log(`${changed.length} of ${compared} pairs changed places`);
  if (changed.length > 0) Deno.exitCode = 1;
}
