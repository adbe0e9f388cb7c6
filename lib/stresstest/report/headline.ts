/**
 * The headline of a test: the verdict on all servers in one sentence. The terminal,
 * the page and the JSON file show the same.
 *
 * @module
 */
import { plural } from "./format.ts";
import { KILLED } from "../target/server.ts";
import type { Report } from "./report.ts";

/** The verdict on all servers. */
export interface Headline {
  /** One word: also its style class, in small letters. */
  word: "Passed" | "Failed" | "Interrupted";
  /** The rest of the sentence. */
  rest: string;
}

/** The verdict in words. */
export function headline(report: Report): Headline {
  const { servers, passed, interrupted, planned, error } = report;
  const runs = servers.flatMap((server) => server.runs);
  const bad = runs.filter((run) => run.violations.length > 0);
  const verdicts = new Set(
    bad.flatMap((run) => run.violations.map(({ verdict }) => verdict)),
  );
  const killed = servers.filter((server) => server.killed)
    .map(({ name }) => `${name} ${KILLED}`);
  const found = [
    bad.length > 0
      ? `${[...verdicts].join(", ")} in ${bad.length} of ${
        plural(runs.length, "run")
      }`
      : error ?? [],
    killed,
  ].flat(2).join("; ") || "every verdict held";
  if (!interrupted) return { word: passed ? "Passed" : "Failed", rest: found };
  if (runs.length === 0) {
    return { word: "Interrupted", rest: "before the first run" };
  }
  const whole = runs.filter((run) => !run.interrupted).length;
  const played = planned === null
    ? plural(whole, "run")
    : `${whole} of ${plural(planned, "run")}`;
  return { word: "Interrupted", rest: `after ${played}; until then ${found}` };
}
