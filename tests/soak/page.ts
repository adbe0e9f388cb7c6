/** The page of a soak: what was found, and the charts of all that was looked at. */
import {
  drawLines,
  type Line,
} from "../../lib/stresstest/report/charts/line_plot.ts";
import { thinned } from "../../lib/stresstest/report/charts/curve.ts";
import {
  bytes,
  count,
  date,
  microseconds,
} from "../../lib/stresstest/report/format.ts";
import {
  seriesStyle,
  swatch,
} from "../../lib/stresstest/report/charts/series_style.ts";
import {
  type Markup,
  markup,
  trusted,
} from "../../lib/stresstest/report/markup.ts";
import {
  fromZero,
  fromZeroTo,
  logarithmic,
} from "../../lib/stresstest/report/charts/scale.ts";
import { pageHead } from "../../lib/stresstest/report/html/page.ts";
import type { Axis } from "../../lib/stresstest/report/charts/svg.ts";
import type { SoakResult, SoakSample } from "./result.ts";
import type { Sample, Trend } from "./trend.ts";

/** Points of a line: more are not seen. */
const MOST_POINTS = 300;

const MIB = 1024 ** 2;

/** A line of a chart. */
interface Series {
  name: string;
  points: readonly Sample[];
}

/** Makes a self-contained page. */
export function page(result: SoakResult): string {
  const { failures, environment, samples, rounds, seconds } = result;
  const word = failures.length > 0 ? "Failed" : "Passed";
  const of = (value: (sample: SoakSample) => number | null): Sample[] =>
    samples.flatMap((sample) => {
      const y = value(sample);
      return y === null ? [] : [[sample.seconds, y]];
    });
  const time: Axis = {
    name: "time since the beginning",
    scale: fromZeroTo(Math.max(1, seconds) / 60),
    format: (minutes) => `${count(minutes)} min`,
  };
  const mebibytes = (value: number) => `${count(value)} MiB`;
  const charts = [
    chart(time, "Memory", "Resident memory, and its trend.", mebibytes, 1, [
      { name: "resident", points: of((it) => it.residentBytes / MIB) },
      ...trendLine(result.memory, MIB),
    ]),
    chart(
      time,
      "Descriptors",
      "Open in the server; when all but two clients have left, and the trend of that.",
      count,
      1,
      [
        { name: "open", points: of((it) => it.descriptors) },
        {
          name: "at rest",
          points: rounds.map((it): Sample => [it.seconds, it.descriptors]),
        },
        ...trendLine(result.descriptors, 1),
      ],
    ),
    chart(
      time,
      "Latency of a quiet pair",
      "From one well behaved client to another in each second, the tester's own delays included.",
      microseconds,
      0,
      [
        { name: "p50", points: of((it) => it.p50Microseconds) },
        { name: "p99", points: of((it) => it.p99Microseconds) },
      ],
    ),
    chart(
      time,
      "Processor",
      "Of one core.",
      (value) => `${count(value)} %`,
      1,
      [
        { name: "used", points: of((it) => it.cpuPercent) },
      ],
    ),
  ];
  const sent = rounds.reduce((sum, round) => sum + round.sent, 0);
  const received = rounds.reduce((sum, round) => sum + round.received, 0);
  const lost = rounds.reduce((sum, round) => sum + round.lost, 0);
  return markup`${pageHead(`${word}: soak`)}
<body>
<header>
<p class="soft">Soak, ${date(environment.date)}</p>
<h1><span class="${word.toLowerCase()}">${word}</span>: ${
    count(Math.round(seconds / 6) / 10)
  } minutes, ${count(rounds.length)} rounds</h1>
<p>${count(sent)} messages, ${
    count(received)
  } deliveries to clients that keep up, ${count(lost)} lost.</p>
</header>
<main>
${
    failures.length === 0 ? "" : markup`<section><h2>Failures</h2>
<ul class="notes failed">${
      failures.slice(0, 50).map((text) =>
        markup`<li><p>${text}</p></li>
`
      )
    }</ul></section>`
  }
<section><h2>Charts</h2>
<div class="charts">
${charts}
</div>
</section>
</main>
<footer><section><h2>Server</h2>
<pre><code>${result.server}</code></pre></section>
<section><h2>Environment</h2>
<p>${environment.os}, ${environment.cpu}, ${environment.cores} cores, ${
    bytes(environment.memoryBytes)
  }, ${environment.runtime}, version ${result.version}.</p></section></footer>
</body>
</html>
`.toString();
}

function trendLine(trend: Trend | null, unit: number): Series[] {
  if (trend === null) return [];
  const { from, to, start, end } = trend;
  return [{ name: "trend", points: [[from, start / unit], [to, end / unit]] }];
}

/**
 * A chart of lines over time.
 *
 * @param least What its scale spans at least, from zero; 0: it is logarithmic.
 */
function chart(
  time: Axis,
  title: string,
  note: string,
  format: (value: number) => string,
  least: number,
  series: Series[],
): Markup {
  const heights = series.flatMap(({ points }) => points.map(([, y]) => y));
  const positive = heights.filter((height) => height > 0);
  const caption =
    markup`<figcaption><h3>${title}</h3><p>${note}</p></figcaption>`;
  if (positive.length === 0) {
    return markup`<figure>${caption}<p>Not measured.</p></figure>
`;
  }
  const scale = least > 0 ? fromZero(heights, least) : logarithmic(positive);
  const lines = series.map(({ points }, i): Line => ({
    style: seriesStyle(i),
    points: thinned(points.map(([x, y]) => [x / 60, y]), MOST_POINTS)
      .map(([x, y]) => ({ x, median: y, min: y, max: y })),
    faint: true,
  }));
  const picture = drawLines({
    x: time,
    y: { name: title.toLowerCase(), scale, format },
    lines,
  });
  const legend = series.map(({ name }, i) =>
    markup`<li>${swatch(seriesStyle(i))}<span>${name}</span></li>`
  );
  return markup`<figure>${caption}
<div class="plots" role="img" aria-label="${title}. ${note}">${
    trusted(picture)
  }</div>
<ul class="legend">${legend}</ul></figure>
`;
}
