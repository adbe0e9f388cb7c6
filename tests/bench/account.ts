/** Growth in words and tables, as the README has it. */
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import {
  count,
  microseconds,
  percent,
  short,
} from "../../lib/stresstest/report/format.ts";
import { spread } from "../../lib/stresstest/report/spread.ts";
import { FIGURE, figure } from "./figure.ts";
import type { Growth, Point } from "./points.ts";
import { coreOf, isFull, limited } from "./picture.ts";
import { table } from "./tool.ts";

/** Marks a figure that says more about the tester than about the server. */
const LIMITED = "\\*";

/** All of it. */
export function account({ byClients, byRate, plan }: Growth): string {
  const all = [...byClients, ...byRate, ...plan.flat()];
  const starred = all.some((point) => point?.runs.some(limited));
  return [
    words(byClients, byRate),
    `At ${count(byClients[0]!.rate)} messages/s:`,
    curve("clients", byClients, ({ clients }) => clients),
    `To ${count(byRate[0]!.clients)} clients:`,
    curve("messages/s", byRate, ({ rate }) => rate),
    "What one process carries, p99 and the share of a core:",
    planned(plan),
    FIGURE,
    ...starred
      ? [
        `${LIMITED} the tester was the bottleneck: the server may be better.\n`,
      ]
      : [],
  ].join("\n\n");
}

/** What grows, and why. */
function words(byClients: readonly Point[], byRate: readonly Point[]): string {
  const full = byClients.find(isFull);
  return `With more clients a delivery costs less, ${
    ends(byClients, costOf)
  }, for a client is sent all that waits for it in one write. Until a core is full${
    full ? `, with ${count(full.clients)} clients` : ""
  }, that is most often one message; then messages wait for the writes to the others, and more of them share one. So latency grows with the clients, p50 ${
    ends(byClients, p50Of)
  }: it is how long it takes to write to each once. Higher rates make the writes larger, not more, so cost falls again, ${
    ends(byRate, costOf)
  }, while p50 goes ${ends(byRate, p50Of)}.`;
}

function ends(
  points: readonly Point[],
  of: (run: RunResult) => number | null | undefined,
): string {
  const [first, last] = [points.at(0)!, points.at(-1)!].map(({ runs }) =>
    shown(runs, of, microseconds)
  );
  return `from ${first} to ${last}`;
}

function curve(
  name: string,
  points: readonly Point[],
  x: (point: Point) => number,
): string {
  return table([
    [
      name,
      "deliveries/s",
      "CPU a delivery",
      "of a core",
      "of that, the system",
      "p50",
      "p99",
      "lost",
    ],
    ...points.map((point) => {
      const { runs } = point;
      return [
        count(x(point)),
        shown(runs, (run) => run.deliveriesPerSecond, short),
        shown(runs, costOf, microseconds),
        shown(runs, coreOf, share),
        shown(
          runs,
          ({ server }) => server && server.systemSeconds / server.cpuSeconds,
          share,
        ),
        shown(runs, p50Of, microseconds),
        p99(point),
        shown(runs, ({ lost, expected }) => lost / expected, percent),
      ];
    }),
  ]);
}

function planned(plan: Growth["plan"]): string {
  const [first = []] = plan;
  return table([
    ["clients", ...first.map((point) => `${count(point?.rate ?? 0)}/s`)],
    ...plan.map((row) => [
      count(row[0]?.clients ?? 0),
      ...row.map((point) =>
        point ? `${p99(point)}, ${shown(point.runs, coreOf, share)}` : "–"
      ),
    ]),
  ]);
}

function costOf({ server }: RunResult): number | null | undefined {
  return server?.cpuMicrosecondsPerDelivery;
}

function p50Of({ latency }: RunResult): number | undefined {
  return latency?.p50Microseconds;
}

function p99({ runs }: Point): string {
  const value = shown(
    runs,
    ({ latency }) => latency?.p99Microseconds,
    microseconds,
  );
  return `${value}${runs.some(limited) ? LIMITED : ""}`;
}

function shown(
  runs: readonly RunResult[],
  of: (run: RunResult) => number | null | undefined,
  format: (value: number) => string,
): string {
  const found = spread(runs.map((run) => of(run) ?? null));
  return found ? figure(found, format) : "–";
}

function share(value: number): string {
  return `${Math.round(100 * value)} %`;
}
