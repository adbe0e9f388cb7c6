/**
 * What a sweep says of its servers: the claim on each knee, with what ended the
 * search, and the rank of several servers. The terminal, the page and the JSON file
 * show these sentences.
 *
 * @module
 */
import type { ServerResult } from "../load/result.ts";
import { count } from "./format.ts";
import type { Report } from "./report.ts";

/** With which rate a server keeps up, and why no higher one is named. */
export function kneeClaim(server: ServerResult): string {
  const { knee, kneeEnd } = server;
  const claim = knee === null
    ? "kept up with none of these rates"
    : `keeps up with ${isExact(server) ? "" : "at least "}${perSecond(knee)}`;
  if (!kneeEnd) return claim;
  const { by, rate, reason } = kneeEnd;
  const above = rate === null ? "" : `at ${perSecond(rate)} it ${reason}`;
  switch (by) {
    case "server":
      return `${claim}: ${above}`;
    case "tester":
      return `${claim}: ${above}, but the tester was the bottleneck`;
    case "limit":
      return `${claim}: at twice this rate a run has too many messages`;
    case "interruption":
      return [`${claim}: the test was interrupted`, above]
        .filter(Boolean).join("; ");
  }
}

/** The rank of several servers, or why there is none. */
export function ranking({ mode, servers }: Report): string | undefined {
  if (mode !== "sweep") return undefined;
  const ranked = servers.filter(({ runs }) => runs.length > 0)
    .toSorted((a, b) => (b.knee ?? 0) - (a.knee ?? 0));
  if (ranked.length < 2) return undefined;
  // The first may keep up with more: it stays the first.
  const open = ranked.slice(1).filter((server) => !isExact(server));
  if (open.length > 0) {
    const names = open.map(({ name }) => name).join(", ");
    return `no rank: ${names} may keep up with more, as the server did not end the search`;
  }
  const places = ranked.map(({ name, knee }) =>
    `${name} (${knee === null ? "none" : perSecond(knee)})`
  );
  return `rank, by the highest rate that each kept up with: ${
    places.join(", then ")
  }`;
}

/** Whether the server itself ended the search. */
export function isExact({ kneeEnd }: ServerResult): boolean {
  return kneeEnd?.by === "server";
}

function perSecond(rate: number): string {
  return `${count(rate)} messages/s`;
}
