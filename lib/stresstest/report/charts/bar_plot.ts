/**
 * Draws a chart of columns, one a server: the height is the median, written
 * below; the markers are the runs, the first on the left. Called by the charts.
 * The rule: the scale begins at zero, so that heights compare as the figures do.
 *
 * @module
 */
import type { Look } from "./series_style.ts";
import { spread } from "../spread.ts";
import { type Axis, draw, FONT, PLOT_WIDTH } from "./svg.ts";

/** One server's column. */
export interface Column {
  look: Look;
  /** The figure of each run; none if it was not measured. */
  values: readonly number[];
}

/** More markers than this are a smear: then every second or third run has one. */
const MOST_MARKERS = 50;
const MARKER = 6;

/** Of a column and the space beside it. */
const COLUMN_SHARE = 0.6;
const WIDEST = 90;

/** Draws a chart of columns. */
export function drawColumns(y: Axis, columns: readonly Column[]): string {
  const medians = columns.map(({ values }) => spread(values)?.median ?? null);
  const width = Math.min(WIDEST, COLUMN_SHARE * PLOT_WIDTH / columns.length);
  const below = {
    type: "category",
    data: columns.map((_, i) => i),
    axisLine: { lineStyle: { color: "var(--rule)" } },
    axisTick: { show: false },
    name: "median",
    nameLocation: "middle",
    nameGap: 30,
    nameTextStyle: FONT,
    axisLabel: {
      ...FONT,
      fontSize: columns.length > 5 ? 11 : FONT.fontSize,
      interval: 0,
      formatter: (_: string, i: number) => {
        const median = medians[i] ?? null;
        return median === null ? "–" : y.format(median);
      },
    },
  };
  const bars = {
    type: "bar",
    silent: true,
    barWidth: width,
    data: columns.map(({ look: { colour } }, i) => ({
      value: medians[i],
      itemStyle: { color: colour, opacity: 0.3 },
    })),
  };
  return draw(below, y, [
    bars,
    ...columns.map((column, i) => markers(column, i, width)),
  ]);
}

function markers(
  { look: { colour, marker }, values }: Column,
  column: number,
  width: number,
): object {
  const step = Math.ceil(values.length / MOST_MARKERS);
  const shown = values.filter((_, i) => i % step === 0);
  return {
    type: "scatter",
    silent: true,
    symbol: `path://${marker}`,
    symbolSize: MARKER,
    symbolKeepAspect: true,
    itemStyle: { color: colour },
    data: shown.map((value, i) => ({
      value: [column, value],
      symbolOffset: [width * ((i + 0.5) / shown.length - 0.5), 0],
    })),
  };
}
