/**
 * The findings in words: each violation, the knees of a sweep, and the notes.
 *
 * @module
 */
import type { ServerResult } from "../../load/result.ts";
import { kneeClaim, ranking } from "../knees.ts";
import { type Markup, markup } from "../markup.ts";
import { notes, runName } from "../notes.ts";
import type { Report } from "../report.ts";

/** The most verdicts on runs shown for one server; more tell nothing new. */
const MAX_SHOWN = 50;

/** The violations by server, if there are any. */
export function violations({ servers }: Report): Markup | "" {
  const found = servers.map(violationsOf).filter((it) => it !== "");
  if (found.length === 0) return "";
  return markup`<section><h2>Violations</h2>${found}</section>
`;
}

function violationsOf({ name, runs }: ServerResult): Markup | "" {
  const all = runs.flatMap((run, i) => {
    const byVerdict = Map.groupBy(run.violations, ({ verdict }) => verdict);
    return [...byVerdict].map(([verdict, found]) =>
      markup`<li><p><strong>${verdict}</strong>
<span class="soft">${runName(run, i)}</span>${
        found.map(({ text }) => markup`<br>${text}`)
      }</p></li>
`
    );
  });
  if (all.length === 0) return "";
  const more = all.length - MAX_SHOWN;
  return markup`<h3><bdi>${name}</bdi></h3>
<ul class="notes failed">${all.slice(0, MAX_SHOWN)}</ul>
${more > 0 ? markup`<p>And ${more} more.</p>` : ""}`;
}

/** What a sweep says of each server, with what ended the search. */
export function kneesSection(report: Report): Markup | "" {
  const { mode, servers } = report;
  const rank = ranking(report);
  const swept = servers.filter(({ runs }) => runs.length > 0);
  if (mode !== "sweep" || swept.length === 0) return "";
  return markup`<section><h2>Knees</h2>
<ul class="notes">${
    swept.map((server) =>
      markup`<li><p><strong><bdi>${server.name}</bdi></strong> ${
        kneeClaim(server)
      }</p></li>
`
    )
  }</ul>
${rank ? markup`<p>${rank}</p>` : ""}
</section>
`;
}

/** The notes, if there are any. */
export function notesSection(report: Report): Markup | "" {
  const found = notes(report);
  if (found.length === 0) return "";
  return markup`<section><h2>Notes</h2>
<ul class="notes warning">${
    found.map((note) =>
      markup`<li><p>${note}</p></li>
`
    )
  }</ul></section>
`;
}
