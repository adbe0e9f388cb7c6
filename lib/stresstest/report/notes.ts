/**
 * The notes on a test: what bears on its numbers and is no violation. The terminal,
 * the page and the JSON file show the same sentences.
 *
 * @module
 */
import type { RunResult, ServerResult, TesterStats } from "../load/result.ts";
import { count, microseconds, percent, plural, rate } from "./format.ts";
import { waitedForProcessor } from "../load/tester_load.ts";
import type { Report } from "./report.ts";

/** The most runs listed one by one: more are shown by the charts. */
const MAX_RUNS = 3;

/** All notes, each a sentence. */
export function notes({ servers }: Report): string[] {
  return servers.flatMap((server) => [
    bottleneckNote(server),
    processorNote(server),
    uncheckedNote(server),
    unfinishedNote(server),
    cutNote(server),
    ...server.remarks.map((remark) => `${server.name} ${remark}`),
  ]).filter((note) => note !== undefined);
}

/** The name of a run in a sentence. */
export function runName({ offeredRate }: RunResult, index: number): string {
  const at = offeredRate === null ? "" : ` at ${rate(offeredRate)}`;
  return `run ${index + 1}${at}`;
}

/** The runs in which the tester was the bottleneck, each with the rule that says so. */
function bottleneckNote({ name, runs }: ServerResult): string | undefined {
  const limited = runs.flatMap((run, at) =>
    run.tester.bottleneck
      ? [`${runName(run, at)} (${bottleneckText(run.tester)})`]
      : []
  );
  if (limited.length === 0) return undefined;
  return `in ${limited.length} of ${
    plural(runs.length, "run")
  } of ${name} the tester was the bottleneck, so the server may be better than they show: ${
    listed(limited)
  }`;
}

/** The runs in which the tester waited for a processor. */
function processorNote({ name, runs }: ServerResult): string | undefined {
  const shares = runs.filter(({ tester }) => waitedForProcessor(tester))
    .map(({ tester }) => tester.waitedShare!);
  if (shares.length === 0) return undefined;
  const [least, most] = [Math.min(...shares), Math.max(...shares)].map(percent);
  return `in ${shares.length} of ${
    plural(runs.length, "run")
  } of ${name} the tester waited for a processor for ${
    least === most ? most : `${least} to ${most}`
  } of the time, which the server or other programs had, so the numbers are worse than the server's own`;
}

function listed(runs: readonly string[]): string {
  const more = runs.length - MAX_RUNS;
  return runs.slice(0, MAX_RUNS).join(", ") +
    (more > 0 ? ` and ${more} more` : "");
}

/** The rule by which the tester was the bottleneck, with its value. */
function bottleneckText(tester: TesterStats): string {
  const { busyShare, waitingBusyShare, sendDelayP99Microseconds } = tester;
  switch (tester.bottleneck!) {
    case "CPU":
      return `its CPU was busy ${percent(busyShare!)} of the time`;
    case "CPU while waiting":
      return `its CPU was busy ${
        percent(waitingBusyShare!)
      } of the time that it waited for the last deliveries`;
    case "send delay":
      return `its send delay p99 was ${microseconds(sendDelayP99Microseconds)}`;
  }
}

/** The clients that were cut, which is no loss. */
function cutNote({ name, runs }: ServerResult): string | undefined {
  const cut = runs.flatMap((run, at) =>
    run.cuts ? [{ run, at, ...run.cuts }] : []
  );
  const [first] = cut;
  if (!first) return undefined;
  const clients = cut.reduce((sum, { clients }) => sum + clients, 0);
  const nodes = new Set(cut.flatMap(({ nodes }) => nodes));
  return `in ${cut.length} of ${plural(runs.length, "run")} of ${name} ${
    plural(clients, "client")
  } of ${[...nodes].join(", ")} ${
    clients === 1 ? "was" : "were"
  } cut, and what they missed is not lost: first in ${
    runName(first.run, first.at)
  } ${first.first}`;
}

/** The runs in which the tester stopped waiting for the server. */
function unfinishedNote({ name, runs }: ServerResult): string | undefined {
  const left = runs.flatMap((run, at) =>
    run.unfinished
      ? [
        `${runName(run, at)} (${count(run.unfinished.unsent)} of ${
          count(run.sent + run.unfinished.unsent)
        } messages not sent, ${
          count(run.unfinished.undelivered)
        } deliveries not there yet, which count as lost)`,
      ]
      : []
  );
  if (left.length === 0) return undefined;
  return `in ${left.length} of ${
    plural(runs.length, "run")
  } of ${name} the server was so far behind that the tester stopped waiting for it: ${
    listed(left)
  }`;
}

function uncheckedNote({ name, runs }: ServerResult): string | undefined {
  const unchecked = runs.reduce(
    (sum, { tester }) => sum + (tester.uncheckedOrder ?? 0),
    0,
  );
  if (unchecked === 0) return undefined;
  return `${name} lost so many messages that the one order of ${
    count(unchecked)
  } deliveries was not checked`;
}
