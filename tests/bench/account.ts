/** Growth in words and tables, as the README has it. */
import { duration, number, percent } from "../../lib/stresstest/figures.ts";
import type { Growth, Point } from "./points.ts";
import { core, limited } from "./picture.ts";
import { median, table } from "./tool.ts";

/** Marks a figure that says more about the tester than about the server. */
const LIMITED = "\\*";

/** All of it. */
export function account({ byClients, byRate, plan }: Growth): string {
  const all = [...byClients, ...byRate, ...plan.flat()];
  const starred = all.some((point) => point?.runs.some(limited));
  return [
    `At ${number(byClients[0]!.rate)} messages/s:`,
    curve("clients", byClients, ({ clients }) => clients),
    `To ${number(byRate[0]!.clients)} clients:`,
    curve("messages/s", byRate, ({ rate }) => rate),
    "What one process carries, p99 and the share of a core:",
    planned(plan),
    ...starred
      ? [
        `${LIMITED} the tester was the bottleneck: the server may be better.\n`,
      ]
      : [],
  ].join("\n\n");
}

function curve(
  name: string,
  points: readonly Point[],
  x: (point: Point) => number,
): string {
  return table([
    [name, "deliveries/s", "CPU a delivery", "of a core", "p50", "p99", "lost"],
    ...points.map((point) => {
      const { runs } = point;
      return [
        number(x(point)),
        number(median(runs, (run) => run.deliveriesPerSecond) ?? 0),
        time(median(runs, (run) => run.server?.cpuMicrosecondsPerDelivery)),
        share(core(runs)),
        time(median(runs, ({ latency }) => latency?.p50Microseconds)),
        p99(point),
        percent(median(runs, ({ lost, expected }) => lost / expected) ?? 0, 1),
      ];
    }),
  ]);
}

function planned(plan: Growth["plan"]): string {
  const [first = []] = plan;
  return table([
    ["clients", ...first.map((point) => `${number(point?.rate ?? 0)}/s`)],
    ...plan.map((row) => [
      number(row[0]?.clients ?? 0),
      ...row.map((point) =>
        point ? `${p99(point)}, ${share(core(point.runs))}` : "–"
      ),
    ]),
  ]);
}

function p99({ runs }: Point): string {
  const value = time(median(runs, ({ latency }) => latency?.p99Microseconds));
  return `${value}${runs.some(limited) ? LIMITED : ""}`;
}

function time(microseconds: number | undefined): string {
  return microseconds === undefined ? "–" : duration(microseconds);
}

function share(value: number | undefined): string {
  return value === undefined ? "–" : percent(value, 1);
}
