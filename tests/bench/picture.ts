/**
 * The picture of growth: cost and latency against the clients, and below against
 * the rate.
 */
import {
  grouped,
  type Point as Place,
} from "../../lib/stresstest/report/charts/curve.ts";
import {
  count,
  microseconds,
  plural,
  short,
} from "../../lib/stresstest/report/format.ts";
import {
  drawLines,
  type Line,
} from "../../lib/stresstest/report/charts/line_plot.ts";
import { seriesStyle } from "../../lib/stresstest/report/charts/series_style.ts";
import {
  CPU,
  type Metric,
  P50,
  P99,
} from "../../lib/stresstest/report/metrics.ts";
import {
  logarithmic,
  type Scale,
} from "../../lib/stresstest/report/charts/scale.ts";
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import type { Growth, Point } from "./points.ts";
import { MARGIN, PANEL, placed, sheet, words } from "./sheet.ts";
import { median } from "./tool.ts";

/** Above each row, and below the last. */
const [HEAD, FOOT] = [44, 84] as const;

/** For labels on the right, of the width of what is drawn. */
const ROOM = 0.26;

/** From this share of a core on it is full: threads beside the first have the rest. */
const FULL = 0.9;

/** A curve, and along what it goes. */
interface Row {
  title: string;
  name: string;
  points: readonly Point[];
  x: (point: Point) => number;
  format: (value: number) => string;
}

/** Draws it. */
export function picture({ byClients, byRate }: Growth): string {
  const points = [...byClients, ...byRate];
  const all = points.flatMap(({ runs }) => runs);
  const scales = {
    cost: logarithmic(values(all, [CPU])),
    latency: logarithmic(values(all, [P50, P99])),
  };
  const rows: Row[] = [{
    title: `More clients, at ${count(byClients[0]!.rate)} messages a second`,
    name: "clients, log scale",
    points: byClients,
    x: ({ clients }) => clients,
    format: short,
  }, {
    title: `Higher rates, to ${count(byRate[0]!.clients)} clients`,
    name: "messages a second, log scale",
    points: byRate,
    x: (point) => point.rate,
    format: short,
  }];
  const rowHeight = HEAD + PANEL.height;
  const height = rows.length * rowHeight + FOOT;
  const drawn = rows.map((row, at) => {
    const top = at * rowHeight + MARGIN;
    const x = {
      name: row.name,
      scale: roomy(logarithmic(row.points.map(row.x))),
      format: row.format,
    };
    const cost = drawLines({
      x,
      y: {
        name: "the server's CPU time for each delivery, log scale",
        scale: scales.cost,
        format: microseconds,
      },
      lines: [line(row, CPU, 0)],
    });
    const latency = drawLines({
      x,
      y: {
        name: "latency, log scale",
        scale: scales.latency,
        format: microseconds,
      },
      lines: [line(row, P50, 2), line(row, P99, 1)],
    });
    return [
      words(row.title, "head", top + 20),
      placed(cost, MARGIN, top + HEAD - MARGIN),
      placed(latency, MARGIN + PANEL.width, top + HEAD - MARGIN),
    ].join("\n");
  });
  const print = legend(points).map((text, at) =>
    words(text, "soft", rows.length * rowHeight + MARGIN + 18 + 20 * at)
  );
  return sheet(
    height,
    "How the cost of a delivery and its latency grow with the clients and with the rate",
    [...drawn, ...print],
  );
}

function legend(points: readonly Point[]): string[] {
  const runs = points[0]!.runs.length;
  const lines = [`Medians of ${plural(runs, "round")}.`];
  if (points.some(isFull)) {
    lines.push(
      "Ring and upright line: from here on one processor core is full, and messages share writes.",
    );
  }
  if (points.some(({ runs }) => runs.some(limited))) {
    lines.push(
      "Hollow: the tester was the bottleneck, the server may be better.",
    );
  }
  return lines;
}

/** Whether the server had a whole core. */
export function isFull({ runs }: Point): boolean {
  return (median(runs, coreOf) ?? 0) >= FULL;
}

function line(row: Row, metric: Metric, index: number): Line {
  const { points, x } = row;
  const places = points.flatMap((point) =>
    point.runs.flatMap((run): Place[] => {
      const y = metric.of(run);
      return y === null ? [] : [[x(point), y]];
    })
  );
  const medians = grouped(places);
  const full = points.find(isFull);
  const at = (where: number) => points.find((point) => x(point) === where);
  return {
    style: seriesStyle(index),
    points: medians,
    hollow: (where) => at(where)?.runs.some(limited) ?? false,
    knee: full && metric !== P50 ? x(full) : null,
    label: labelled(metric, medians.at(-1)?.median),
  };
}

/** The share of one core that the server had. */
export function coreOf({ server, seconds }: RunResult): number | undefined {
  return server ? server.cpuSeconds / seconds : undefined;
}

/** Whether the tester was the bottleneck. */
export function limited({ tester }: RunResult): boolean {
  return tester.bottleneck !== null;
}

function values(runs: readonly RunResult[], metrics: Metric[]): number[] {
  return metrics.flatMap(({ of }) => runs.map(of))
    .filter((value) => value !== null && value > 0) as number[];
}

/** A scale with room on the right for what stands at the ends of lines. */
function roomy(scale: Scale): Scale {
  const { min, max } = scale;
  return { ...scale, max: max * (max / min) ** ROOM };
}

/** What a line is, and where it ends. */
function labelled(metric: Metric, value = NaN): string {
  const end = metric.format(value);
  return metric === CPU ? end : `${metric.name.replace("latency ", "")} ${end}`;
}
