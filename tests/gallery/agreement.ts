/**
 * Whether two results of the gallery agree: `agreement.ts A.json B.json`, each one file
 * or several with commas between. Two servers whose medians differ by more than a
 * quarter in one must have the same order in the other. Exit code 1 if some have not,
 * though the ranges of their rounds did not overlap.
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

/**
 * Servers that differ by less may change places. Of what is lost it is what arrives that
 * is compared: 0.1 and 0.2 % lost are alike.
 */
const DIFFERENCE = 1.25;

/** Two servers that have changed places. */
export interface Changed {
  text: string;
  /** Whether the ranges of their rounds overlap, so that it may be chance. */
  isOverlapping: boolean;
}

/** What two results say of all pairs of servers. */
export interface Agreement {
  /** Pairs with a difference in the first result. */
  compared: number;
  /** Those that have changed places: the metric and the servers. */
  changed: Changed[];
}

/** Compares all pairs of servers in every metric. */
export function agreement(a: GalleryResult, b: GalleryResult): Agreement {
  const found: Agreement = { compared: 0, changed: [] };
  for (const metric of METRICS) {
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
        if (low.a.median * DIFFERENCE >= high.a.median) continue;
        found.compared++;
        if (low.b.median < high.b.median) continue;
        const [one, other] = [low, high].map(({ name, a, b }) =>
          `${name} ${metric.format(a.median)}, then ${metric.format(b.median)}`
        );
        found.changed.push({
          text: `${titleOf(metric)}: ${one}; ${other}`,
          isOverlapping: low.a.max >= high.a.min || low.b.min <= high.b.max,
        });
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
  for (const { text, isOverlapping } of changed) {
    console.log(`${text}${isOverlapping ? " (the rounds overlap)" : ""}`);
  }
  const clear = changed.filter(({ isOverlapping }) => !isOverlapping);
  console.log(
    `${changed.length} of ${compared} pairs changed places, ${clear.length} of them though their rounds did not overlap`,
  );
  if (clear.length > 0) Deno.exitCode = 1;
}
