/**
 * Draws a chart as SVG: the one file that runs the chart library. Called by
 * {@linkcode drawLines} and {@linkcode drawColumns}. The rule: colours are CSS
 * variables of the page, so that one picture serves light, dark and paper, and no
 * text from outside gets in.
 *
 * @module
 */
import { BarChart, CustomChart, LineChart, ScatterChart } from "echarts/charts";
import { GridComponent, MarkLineComponent } from "echarts/components";
import { init, use } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import type { Scale } from "./scale.ts";

use([
  BarChart,
  CustomChart,
  LineChart,
  ScatterChart,
  GridComponent,
  MarkLineComponent,
  SVGRenderer,
]);

/** One axis. */
export interface Axis {
  /** What it measures; the unit stands at the numbers. */
  name: string;
  scale: Scale;
  format(value: number): string;
}

/** Text in a chart. */
export const FONT = { fontSize: 13, color: "var(--ink)" } as const;

/** Small, so that on a phone, where it shrinks to fit, its text is still legible. */
const SIZE = { width: 480, height: 300 };
const MARGIN = { left: 74, right: 24, top: 36, bottom: 50 };

/** Between the left and the right end of an axis. */
export const PLOT_WIDTH = SIZE.width - MARGIN.left - MARGIN.right;

/** A style for hovering and hints for a script: a still picture has neither. */
const LIVE =
  /<style .*?<\/style>| (?:class|ecmeta_\w+|pointer-events)="[^"]*"/gs;

/** Draws one SVG element, to be shown at the width of its place. */
export function draw(x: object, y: Axis, series: object[]): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, ...SIZE });
  try {
    chart.setOption({
      animation: false,
      textStyle: { fontFamily: "inherit" },
      grid: { ...MARGIN, outerBoundsMode: "none" },
      xAxis: x,
      yAxis: {
        ...axis(y),
        nameGap: 16,
        nameTextStyle: { ...FONT, align: "left", padding: [0, 0, 0, -66] },
        axisLine: { show: false },
        // Ticks across the chart: the library's own grid lines stand elsewhere.
        axisTick: {
          show: true,
          customValues: y.scale.ticks,
          inside: true,
          length: PLOT_WIDTH,
          lineStyle: { color: "var(--grid)" },
        },
        splitLine: { show: false },
      },
      series,
    });
    return chart.renderToSVGString().replaceAll(LIVE, "");
  } finally {
    chart.dispose();
  }
}

/** The library's words for an axis. */
export function axis(
  { name, scale: { log, min, max, ticks }, format }: Axis,
): object {
  return {
    type: log ? "log" : "value",
    min,
    max,
    name,
    nameTextStyle: FONT,
    axisLine: { onZero: false, lineStyle: { color: "var(--rule)" } },
    axisTick: { customValues: ticks, lineStyle: { color: "var(--rule)" } },
    axisLabel: { ...FONT, customValues: ticks, formatter: format },
  };
}
