/**
 * The page of the gallery: one file that loads nothing and runs no script. It has the
 * table, the guarantees, a chart and a table for each load, and the servers themselves
 * with their sources.
 */
import { bytes, date, plural } from "../../lib/stresstest/report/format.ts";
import { pageHead } from "../../lib/stresstest/report/html/page.ts";
import {
  type Markup,
  markup,
  type Part,
  trusted,
} from "../../lib/stresstest/report/markup.ts";
import { rangeOf } from "../bench/figure.ts";
import { disturbance } from "../bench/stage.ts";
import { GUARANTEES, type Mark, marks } from "./guarantees.ts";
import { type LoadName, LOADS } from "./loads.ts";
import {
  bestOf,
  COLUMNS,
  failureOf,
  fullTitle,
  isTesters,
  type Metric,
  METRICS,
  valueOf,
} from "./metrics.ts";
import { CHARTED, languageOf, pointsOf, without } from "./points.ts";
import { entries, type GalleryResult, type ServerResult } from "./result.ts";
import { languageStyle, scatter } from "./scatter.ts";
import { STYLE } from "./stylesheet.ts";

/** The whole page. */
export function page(result: GalleryResult): string {
  const { servers, environment: it } = result;
  return `${markup`${pageHead("Concurrent I/O, side by side")}
<style>${trusted(STYLE)}</style>
<body>
<header>
<h1>Concurrent I/O, side by side</h1>
<p>${
    plural(servers.length, "server")
  } of one protocol, each in a style of its own:
every message of every client goes to all clients. Each was judged by the same tests
and measured under the same loads.</p>
<p class="soft">${it.cpu || "unknown processor"}, ${
    plural(it.cores, "core")
  }, ${bytes(it.memoryBytes)}, ${it.os}, ${
    date(it.date)
  }. Medians; a row leads to its source and its command.
${disturbance(result)}</p>
</header>
<main>
${overview(result)}
${guarantees(servers)}
${entries(LOADS).map(([load]) => loadSection(result, load))}
${servers.map(serverSection)}
</main>
${leftOut(result)}
</body>
</html>
`}`;
}

function overview({ servers }: GalleryResult): Markup {
  return markup`<section><h2>Overview</h2>
<div class="scroll"><table class="metrics">
<thead><tr><th>style</th><th>lines</th>${
    COLUMNS.map(({ title, metric }) =>
      markup`<th title="${fullTitle(metric)}">${title}</th>`
    )
  }</tr></thead>
<tbody>${
    servers.map((server) =>
      markup`<tr>${rowHead(server)}<td>${lines(server)}</td>${
        COLUMNS.map(({ metric }) => cell(server, metric, servers))
      }</tr>`
    )
  }</tbody></table></div>
<p class="soft">Bold: the best of a column, and what is less than a quarter worse. A
star: the stress tester was the bottleneck, and the server may be better. A dash: not
measured.</p></section>`;
}

function lines({ lines }: ServerResult): Part {
  return lines ?? markup`<span title="a whole program">–</span>`;
}

function rowHead(server: ServerResult): Markup {
  return markup`<th scope="row">${
    mark(server)
  } <a href="#${server.name}">${server.name}</a> <small>${
    languageOf(server)
  }</small></th>`;
}

/** The marker of its language, as in the charts. */
function mark(server: ServerResult): Markup {
  const { marker, colour } = languageStyle(languageOf(server));
  return markup`<svg class="marker" viewBox="0 0 20 20" aria-hidden="true"><path d="${marker}" fill="${colour}"/></svg>`;
}

/** A metric, or why there is none. */
function cell(
  server: ServerResult,
  metric: Metric,
  all: readonly ServerResult[],
  isRanged = false,
): Markup {
  const failure = failureOf(server, metric.load);
  if (failure) {
    const [word] = failure.split(":");
    return markup`<td class="failed" title="${failure}">${word!}</td>`;
  }
  const value = valueOf(server, metric);
  if (!value) return markup`<td class="none">–</td>`;
  const { format } = metric;
  const range = value.runs > 1
    ? rangeOf(format(value.min), format(value.max))
    : "";
  const name = bestOf(all, metric).includes(server) ? "best" : "";
  const star = isTesters(server, metric.load) ? "*" : "";
  return markup`<td class="${name}" title="${range}">${
    format(value.median)
  }${star}${isRanged && range ? markup`<small>${range}</small>` : ""}</td>`;
}

function guarantees(servers: readonly ServerResult[]): Markup {
  const all = servers.map((server) => ({ server, marks: marks(server) }));
  return markup`<section><h2>What holds</h2>
<div class="scroll"><table class="matrix">
<thead><tr><th>style</th>${
    GUARANTEES.map(({ name, about }) =>
      markup`<th title="${about}">${name}</th>`
    )
  }</tr></thead>
<tbody>${
    all.map(({ server, marks }) =>
      markup`<tr>${rowHead(server)}${
        marks.map((mark) => markCell(server, mark))
      }</tr>`
    )
  }</tbody></table></div>
<dl class="meanings">${
    GUARANTEES.map(({ name, about }) =>
      markup`<dt>${name}</dt><dd>${about}</dd>`
    )
  }</dl>
${offences(all)}</section>`;
}

function markCell(server: ServerResult, { name, holds, reason }: Mark): Markup {
  if (holds === null) {
    return markup`<td class="none" title="${reason}">–</td>`;
  }
  if (holds) return markup`<td class="passed" title="holds">✓</td>`;
  return markup`<td><a class="failed" href="#${
    offence(server, name)
  }" title="${reason}">✗</a></td>`;
}

function offence(server: ServerResult, name: string): string {
  return `${server.name}-${name.replace(" ", "-")}`;
}

/** The first offence against each guarantee that does not hold. */
function offences(
  all: readonly { server: ServerResult; marks: Mark[] }[],
): Markup | "" {
  const broken = all.flatMap(({ server, marks }) =>
    marks.filter(({ holds }) => holds === false)
      .map((mark) => ({ server, ...mark }))
  );
  if (broken.length === 0) return "";
  return markup`<h3>The first offences</h3>
<dl class="offences">${
    broken.map(({ server, name, reason }) =>
      markup`<dt id="${
        offence(server, name)
      }"><a href="#${server.name}">${server.name}</a>: ${name}</dt><dd>${reason}</dd>`
    )
  }</dl>`;
}

function loadSection(result: GalleryResult, load: LoadName): Markup | "" {
  const servers = result.servers.filter(({ loads }) => loads[load]);
  if (servers.length === 0) return "";
  const metrics = METRICS.filter((metric) => metric.load === load);
  const { title, about } = LOADS[load];
  return markup`<section id="load-${load}"><h2>${title}</h2>
<p>${about}</p>
<div class="load">
${CHARTED.includes(load) ? chart(result, load) : ""}
<div class="scroll"><table class="metrics">
<thead><tr><th>style</th>${
    metrics.map(({ title }) => markup`<th>${title}</th>`)
  }</tr></thead>
<tbody>${
    servers.map((server) =>
      markup`<tr>${rowHead(server)}${
        metrics.map((metric) => cell(server, metric, servers, true))
      }</tr>`
    )
  }</tbody></table></div>
</div></section>`;
}

function chart(result: GalleryResult, load: LoadName): Markup | "" {
  const points = pointsOf(result, load);
  if (points.length === 0) return "";
  const missing = without(result, load);
  const label = `p99 against deliveries: ${LOADS[load].title}`;
  return markup`<figure><div role="img" aria-label="${label}">${
    trusted(scatter(points))
  }</div><figcaption><p>${
    missing.length > 0
      ? `Without ${missing.join(", ")}, whose p99 is not known.`
      : ""
  }${
    points.some(({ isHollow }) => isHollow)
      ? " Hollow: the stress tester was the bottleneck."
      : ""
  }</p></figcaption></figure>`;
}

function serverSection(server: ServerResult): Markup {
  const { name, version, head, build, run, source, text } = server;
  return markup`<section id="${name}" class="server"><h2>${
    mark(server)
  } ${name}</h2>
<p class="soft">${version}, <code>${source}</code></p>
<dl><dt>Style</dt><dd>${head.style}</dd>
<dt>Wakes</dt><dd>${head.wakes}</dd>
<dt>Slow client</dt><dd>${head.slowClient}</dd>
<dt>Gives up</dt><dd>${head.givesUp}</dd>
${
    build
      ? markup`<dt>Build</dt><dd><code>${written(build, server)}</code></dd>`
      : ""
  }
<dt>Run</dt><dd><code>${written(run, server)} 127.0.0.1:8080</code></dd>
<dt>Measure</dt><dd><code>deno task gallery ${name}</code></dd></dl>
${
    text
      ? markup`<details><summary>The source</summary><pre><code>${text}</code></pre></details>`
      : ""
  }</section>`;
}

/** A command with its names put in. */
function written(command: string, { source }: ServerResult): string {
  return command.replace("SOURCE", source).replaceAll("OUT", "/tmp/server");
}

function leftOut({ leftOut }: GalleryResult): Markup | "" {
  if (leftOut.length === 0) return "";
  return markup`<section><h2>Left out</h2><dl>${
    leftOut.map(({ name, reason }) =>
      markup`<dt>${name}</dt><dd>${reason}</dd>`
    )
  }</dl></section>`;
}
