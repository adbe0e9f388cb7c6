/**
 * The page of the HTML report: all parts in their order. It loads nothing and runs no
 * script, and its content security policy forbids both.
 *
 * @module
 */
import type { Mode, Report } from "../report.ts";
import { type Chart, figure } from "../charts/figure.ts";
import { headline } from "../headline.ts";
import { kneesSection, notesSection, violations } from "./findings.ts";
import { bytes, date, plural } from "../format.ts";
import { type Markup, markup, type Part, trusted } from "../markup.ts";
import { seriesStyle, swatch } from "../charts/series_style.ts";
import { STYLE } from "./stylesheet.ts";

const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

const MODES: Record<Mode, string> = {
  reference:
    "reference mode: a publisher sends its next message when the last has arrived",
  load: "load mode: messages are sent at a rate, whatever the server does",
  sweep: "sweep: the offered rate rises until the servers no longer keep up",
};

/** The whole page. */
export function page(
  report: Report,
  table: Markup,
  charts: readonly Chart[],
): Markup {
  const { word, rest } = headline(report);
  const names = report.servers.map((server) => server.name).join(", ");
  return markup`${pageHead(`${word}: ${names || "no servers"} – stress test`)}
<body>
<header>
<p class="soft">Stress test, ${MODES[report.mode]}</p>
<h1><span class="${word.toLowerCase()}">${word}</span>: ${rest}</h1>
<p>${scope(report)}</p>
</header>
<main>
${violations(report)}
${kneesSection(report)}
${notesSection(report)}
${numbers(report, table, charts)}
</main>
<footer>${foot(report)}</footer>
</body>
</html>
`;
}

/** The table and the charts, if anything was played. */
function numbers(
  report: Report,
  table: Markup,
  charts: readonly Chart[],
): Markup | "" {
  if (report.servers.every(({ runs }) => runs.length === 0)) return "";
  return markup`<section><h2>Metrics</h2>
${table}
</section>
<section><h2>Charts</h2>
<div class="charts">
${charts.map((chart) => figure(report, chart))}
</div>
</section>`;
}

/** The start of a page, with its style and its policy. */
export function pageHead(title: string): Markup {
  return markup`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${trusted(STYLE)}</style>
</head>`;
}

function scope({ servers, environment }: Report): string {
  const runs = servers.reduce((sum, server) => sum + server.runs.length, 0);
  return `${plural(servers.length, "server")}, ${plural(runs, "run")}, ${
    date(environment.date)
  }`;
}

function foot(report: Report): Markup {
  const { environment: it, servers, settings, version, command } = report;
  return markup`<section><h2>Command</h2>
<pre><code>${words(command)}</code></pre></section>
<section><h2>Servers</h2>${
    list(servers.map(({ name, command }, i) => [
      markup`${swatch(seriesStyle(i))} <bdi>${name}</bdi>`,
      markup`<code>${command}</code>`,
    ]))
  }</section>
<div class="pair">
<section><h2>Settings</h2>${list(Object.entries(settings))}</section>
<section><h2>Environment</h2>${
    list([
      ["Date", date(it.date)],
      ["System", it.os],
      ["Processor", `${it.cpu || "unknown"}, ${plural(it.cores, "core")}`],
      ["Memory", bytes(it.memoryBytes)],
      ["Runtime", it.runtime],
      ["Stress tester", version],
    ])
  }</section>
</div>`;
}

function list(entries: [Part, Part][]): Markup {
  const items = entries.map(([term, text]) =>
    markup`<dt>${term}</dt><dd>${text}</dd>
`
  );
  return markup`<dl>${items}</dl>`;
}

/** Text that is broken only between words, never after a hyphen. */
function words(text: string): Markup[] {
  return text.split(" ").map((word, at) =>
    markup`${at > 0 ? " " : ""}<span>${word}</span>`
  );
}
