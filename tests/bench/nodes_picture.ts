/** The picture of nodes: what a flood brings, and the latency of a chat, by their number. */
import {
  grouped,
  type Point as Place,
} from "../../lib/stresstest/report/charts/curve.ts";
import {
  drawLines,
  type Line,
} from "../../lib/stresstest/report/charts/line_plot.ts";
import {
  counting,
  fromZero,
} from "../../lib/stresstest/report/charts/scale.ts";
import { seriesStyle } from "../../lib/stresstest/report/charts/series_style.ts";
import {
  count,
  microseconds,
  plural,
  short,
} from "../../lib/stresstest/report/format.ts";
import { P50, P99 } from "../../lib/stresstest/report/metrics.ts";
import type { NodesPoint } from "./nodes.ts";
import { MARGIN, PANEL, placed, sheet, words } from "./sheet.ts";

/** Above the charts, and below. */
const [HEAD, FOOT] = [44, 64] as const;

/** Room on the right for what stands at the ends of lines, in nodes. */
const LABEL = 1.2;

/** Draws it. */
export function nodesPicture(all: readonly NodesPoint[]): string {
  const points = all.filter(({ nodes }) => nodes > 0);
  const plain = all.find(({ nodes }) => nodes === 0);
  const most = Math.max(...points.map(({ nodes }) => nodes));
  const x = {
    name: "nodes",
    scale: { ...counting(most), max: most + LABEL },
    format: count,
  };
  const floods = placesOf(
    points,
    ({ floods }) => floods.map((flood) => flood.deliveriesPerSecond),
  );
  const throughput = drawLines({
    x,
    y: {
      name: "deliveries a second, flat out",
      scale: fromZero(floods.map(([, y]) => y), 1),
      format: short,
    },
    lines: [line(floods, 0, short)],
  });
  const [p50, p99] = [P50, P99].map((metric) =>
    placesOf(
      points,
      ({ chats }) => chats.flatMap((run) => metric.of(run) ?? []),
    )
  ) as [Place[], Place[]];
  const latency = drawLines({
    x,
    y: {
      name: "latency",
      scale: fromZero(p99.map(([, y]) => y), 1),
      format: microseconds,
    },
    lines: [
      line(p50, 2, (end) => `p50 ${microseconds(end)}`),
      line(p99, 1, (end) => `p99 ${microseconds(end)}`),
    ],
  });
  const top = HEAD;
  const print = [
    `Medians of ${
      plural(points[0]!.chats.length, "round")
    }. Engine, nodes and tester share the machine's cores.`,
    ...plain ? [`One server without an engine: ${describe(plain)}.`] : [],
  ];
  return sheet(
    top + PANEL.height + FOOT,
    "Deliveries a second and latency by the number of nodes",
    [
      words("More nodes on one machine", "head", MARGIN + 20),
      placed(throughput, MARGIN, top),
      placed(latency, MARGIN + PANEL.width, top),
      ...print.map((text, at) =>
        words(text, "soft", top + PANEL.height + 18 + 20 * at)
      ),
    ],
  );
}

function placesOf(
  points: readonly NodesPoint[],
  of: (point: NodesPoint) => number[],
): Place[] {
  return points.flatMap((point) =>
    of(point).map((y): Place => [point.nodes, y])
  );
}

function line(
  places: Place[],
  index: number,
  label: (end: number) => string,
): Line {
  const medians = grouped(places);
  return {
    style: seriesStyle(index),
    points: medians,
    label: label(medians.at(-1)!.median),
  };
}

function describe(plain: NodesPoint): string {
  const [flood] = grouped(
    placesOf(
      [plain],
      ({ floods }) => floods.map((it) => it.deliveriesPerSecond),
    ),
  );
  const [p99] = grouped(
    placesOf([plain], ({ chats }) => chats.flatMap((run) => P99.of(run) ?? [])),
  );
  return `${short(flood!.median)} deliveries a second, p99 ${
    microseconds(p99!.median)
  }`;
}
