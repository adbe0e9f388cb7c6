/**
 * Draws servers as points: deliveries to the right, p99 upwards, both on log scales, the
 * range of the rounds as an upright line. Each point has its name beside it.
 */
import { drawMarker } from "../../lib/stresstest/report/charts/marker.ts";
import {
  logarithmic,
  type Scale,
} from "../../lib/stresstest/report/charts/scale.ts";
import {
  type SeriesStyle,
  seriesStyle,
} from "../../lib/stresstest/report/charts/series_style.ts";
import {
  path,
  type Position,
  round,
  text,
} from "../../lib/stresstest/report/charts/svg.ts";
import { microseconds, rate } from "../../lib/stresstest/report/format.ts";
import type { Spread } from "../../lib/stresstest/report/spread.ts";

/** A server at a place. */
export interface Point {
  name: string;
  style: SeriesStyle;
  deliveries: number;
  p99: Spread;
  /** The tester was the bottleneck. */
  isHollow: boolean;
}

export const SCATTER = { width: 480, height: 380 } as const;

const PLOT = {
  left: 66,
  right: SCATTER.width - 14,
  top: 34,
  bottom: SCATTER.height - 48,
} as const;

const FONT = 12;

/** About the width of a character of a name, and the height of its line. */
const [CHARACTER, LINE] = [6.7, 14] as const;

const MARKER = 9;

/** From a point to its name. */
const BESIDE = 10;

/** A server's language has a colour and a marker, the same everywhere. */
const LANGUAGES = [
  "TypeScript",
  "Rust",
  "Go",
  "Java",
  "C",
  "Python",
  "Erlang",
  "JavaScript",
];

/** The style of a language; others share one. */
export function languageStyle(language: string): SeriesStyle {
  const at = LANGUAGES.indexOf(language);
  return seriesStyle(at < 0 ? LANGUAGES.length : at);
}

/** A rectangle that a name covers. */
interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Draws the points; nothing if there are none. */
export function scatter(points: readonly Point[]): string {
  if (points.length === 0) return "";
  const x = logarithmic(points.map(({ deliveries }) => deliveries));
  const y = logarithmic(
    points.flatMap(({ p99 }) => [Math.max(1, p99.min), Math.max(1, p99.max)]),
  );
  const atX = position(x, PLOT.left, PLOT.right);
  const atY = position(y, PLOT.bottom, PLOT.top);
  const { width, height } = SCATTER;
  return `<svg width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" xmlns="http://www.w3.org/2000/svg">
${grid(x, y, atX, atY)}${drawn(points, atX, atY)}
</svg>`;
}

function position({ min, max }: Scale, from: number, to: number): Position {
  return (value) =>
    round(from + (to - from) * Math.log(value / min) / Math.log(max / min));
}

function grid(x: Scale, y: Scale, atX: Position, atY: Position): string {
  const { left, right, top, bottom } = PLOT;
  const rows = y.ticks.map((tick) =>
    path([[left, atY(tick)], [right, atY(tick)]], "var(--grid)") +
    text(microseconds(tick), left - 8, atY(tick) + 4, {
      anchor: "end",
      size: FONT,
    })
  );
  const columns = x.ticks.map((tick) =>
    path([[atX(tick), top], [atX(tick), bottom]], "var(--grid)") +
    text(rate(tick), atX(tick), bottom + 18, { size: FONT })
  );
  return [
    ...rows,
    ...columns,
    path([[left, bottom], [right, bottom]], "var(--rule)"),
    text("p99", 8, top - 16, { anchor: "start", size: FONT }),
    text("deliveries", (left + right) / 2, bottom + 38, { size: FONT }),
  ].join("");
}

function drawn(
  points: readonly Point[],
  atX: Position,
  atY: Position,
): string {
  const taken: Box[] = points.map(({ deliveries, p99 }) => {
    const [x, y] = [atX(deliveries), atY(Math.max(1, p99.median))];
    const half = MARKER / 2;
    return { left: x - half, right: x + half, top: y - half, bottom: y + half };
  });
  const sorted = [...points].sort((a, b) => a.p99.median - b.p99.median);
  const names = sorted.map((point) => {
    const { name, style, deliveries, p99 } = point;
    const [x, y] = [atX(deliveries), atY(Math.max(1, p99.median))];
    const place = placeOf(name, x, y, taken);
    const isNear = Math.abs(place.y - y) < LINE / 2;
    const end = place.anchor === "start" ? place.x - 2 : place.x + 2;
    return (isNear
      ? ""
      : path([[x, y], [end, place.y]], style.colour, ' opacity=".5"')) +
      text(name, place.x, place.y + 4, {
        anchor: place.anchor,
        colour: style.colour,
        size: FONT,
      });
  });
  const markers = points.map(({ style, deliveries, p99, isHollow }) => {
    const x = atX(deliveries);
    const range: [number, number][] = [
      [x, atY(Math.max(1, p99.min))],
      [x, atY(Math.max(1, p99.max))],
    ];
    return path(range, style.colour, ' stroke-width="1.5" opacity=".35"') +
      drawMarker(style, x, atY(Math.max(1, p99.median)), MARKER, isHollow);
  });
  return names.join("") + markers.join("");
}

/** Where a name covers nothing: beside its point, or a little above or below. */
function placeOf(
  name: string,
  x: number,
  y: number,
  taken: Box[],
): { x: number; y: number; anchor: "start" | "end" } {
  const width = name.length * CHARACTER;
  const steps = Array.from(
    { length: 40 },
    (_, n) => (n % 2 === 0 ? -1 : 1) * Math.ceil(n / 2) * LINE / 2,
  );
  for (const dy of steps) {
    for (const anchor of ["start", "end"] as const) {
      const far = Math.abs(dy) < LINE / 2 ? BESIDE : 2 * BESIDE;
      const at = anchor === "start" ? x + far : x - far;
      const box = {
        left: anchor === "start" ? at : at - width,
        right: anchor === "start" ? at + width : at,
        top: y + dy - LINE / 2,
        bottom: y + dy + LINE / 2,
      };
      const isInside = box.left >= PLOT.left && box.right <= SCATTER.width &&
        box.top >= 0 && box.bottom <= PLOT.bottom;
      if (!isInside || taken.some((other) => overlap(box, other))) continue;
      taken.push(box);
      return { x: at, y: y + dy, anchor };
    }
  }
  return { x: x + BESIDE, y, anchor: "start" };
}

function overlap(a: Box, b: Box): boolean {
  return a.left < b.right && b.left < a.right && a.top < b.bottom &&
    b.top < a.bottom;
}
