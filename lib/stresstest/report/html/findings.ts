/**
 * The findings in words: the verdict, each violation, and each run in which the tester
 * was the bottleneck.
 *
 * @module
 */
import type { RunResult, ServerResult } from "../../load/result.ts";
import { microseconds, plural, rate } from "../format.ts";
import { type Markup, markup } from "../markup.ts";
import type { Report } from "../report.ts";

/** The most violations shown for one server; more tell nothing new. */
const MAX_VIOLATIONS = 50;

/** The most runs listed by their numbers. */
const MAX_RUNS = 10;

/** The verdict on all servers. */
export interface Headline {
  /** One word: also its style class, in small letters. */
  word: "Passed" | "Failed" | "Interrupted";
  /** The rest of the sentence. */
  rest: string;
}

/** The verdict in words. */
export function headline({ servers, passed, interrupted }: Report): Headline {
  const runs = servers.flatMap((server) => server.runs);
  const bad = runs.filter((run) => run.violations.length > 0);
  const violations = plural(
    bad.reduce((sum, run) => sum + run.violations.length, 0),
    "violation",
  ) + ` in ${bad.length} of ${plural(runs.length, "run")}`;
  const found = passed
    ? "every verdict held"
    : bad.length > 0
    ? violations
    : "not every verdict held";
  if (interrupted) {
    return {
      word: "Interrupted",
      rest: runs.length === 0 ? "before the first run" : `until then ${found}`,
    };
  }
  return { word: passed ? "Passed" : "Failed", rest: found };
}

/** The violations by server, if there are any. */
export function violations({ servers }: Report): Markup | "" {
  const found = servers.map(violationsOf).filter((it) => it !== "");
  if (found.length === 0) return "";
  return markup`<section><h2>Violations</h2>${found}</section>
`;
}

function violationsOf({ name, runs }: ServerResult): Markup | "" {
  const all = runs.flatMap((run, i) =>
    run.violations.map(({ verdict, text }) =>
      markup`<li><p><strong>${verdict}</strong>
<span class="soft">${runName(run, i)}</span><br>${text}</p></li>
`
    )
  );
  if (all.length === 0) return "";
  const more = all.length - MAX_VIOLATIONS;
  return markup`<h3><bdi>${name}</bdi></h3>
<ul class="notes failed">${all.slice(0, MAX_VIOLATIONS)}</ul>
${more > 0 ? markup`<p>And ${more} more.</p>` : ""}`;
}

/** The runs in which the tester was the bottleneck, if any. */
export function bottlenecks({ servers }: Report): Markup | "" {
  const found = servers.map(bottleneckOf).filter((it) => it !== "");
  if (found.length === 0) return "";
  return markup`<section><h2>The tester was the bottleneck</h2>
<p>In these runs the server may be better than the numbers show.</p>
<ul class="notes warning">${found}</ul></section>
`;
}

function bottleneckOf({ name, runs }: ServerResult): Markup | "" {
  const limited = runs.flatMap((run, i) =>
    run.tester.bottleneck ? [runName(run, i)] : []
  );
  if (limited.length === 0) return "";
  const latest = Math.max(
    ...runs.filter((run) => run.tester.bottleneck)
      .map((run) => run.tester.sendDelayMaxMicroseconds),
  );
  const more = limited.length - MAX_RUNS;
  return markup`<li><p><strong><bdi>${name}</bdi></strong>, ${
    limited.slice(0, MAX_RUNS).join(", ")
  }${more > 0 ? ` and ${more} more` : ""}: messages were sent up to ${
    microseconds(latest)
  } late.</p></li>
`;
}

function runName({ offeredRate }: RunResult, index: number): string {
  const at = offeredRate === null ? "" : ` at ${rate(offeredRate)}`;
  return `run ${index + 1}${at}`;
}
