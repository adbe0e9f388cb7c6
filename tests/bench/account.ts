/** Growth in words and tables, as the README has it. */
import {
  count,
  microseconds,
  percent,
} from "../../lib/stresstest/report/format.ts";
import { short } from "../../lib/stresstest/report/format.ts";
import type { Growth, Point } from "./points.ts";
import { core, isFull, limited } from "./picture.ts";
import { median, table } from "./tool.ts";

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
    ends(byClients, cost)
  }, for a client is sent all that waits for it in one write. Until a core is full${
    full ? `, with ${count(full.clients)} clients` : ""
  }, that is most often one message; then messages wait for the writes to the others, and more of them share one. So latency grows with the clients, p50 ${
    ends(byClients, p50)
  }: it is how long it takes to write to each once. Higher rates make the writes larger, not more, so cost falls again, ${
    ends(byRate, cost)
  }, while p50 goes ${ends(byRate, p50)}.`;
}

function ends(
  points: readonly Point[],
  of: (point: Point) => number | undefined,
): string {
  const [first, last] = [points.at(0)!, points.at(-1)!];
  return `from ${time(of(first))} to ${time(of(last))}`;
}

function cost({ runs }: Point): number | undefined {
  return median(
    runs,
    ({ server }) => server?.cpuMicrosecondsPerDelivery ?? undefined,
  );
}

function p50({ runs }: Point): number | undefined {
  return median(runs, ({ latency }) => latency?.p50Microseconds);
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
        short(median(runs, (run) => run.deliveriesPerSecond) ?? 0),
        time(cost(point)),
        share(core(runs)),
        share(
          median(
            runs,
            ({ server }) =>
              server ? server.systemSeconds / server.cpuSeconds : undefined,
          ),
        ),
        time(p50(point)),
        p99(point),
        percent(median(runs, ({ lost, expected }) => lost / expected) ?? 0),
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
        point ? `${p99(point)}, ${share(core(point.runs))}` : "–"
      ),
    ]),
  ]);
}

function p99({ runs }: Point): string {
  const value = time(median(runs, ({ latency }) => latency?.p99Microseconds));
  return `${value}${runs.some(limited) ? LIMITED : ""}`;
}

function time(value: number | undefined): string {
  return value === undefined ? "–" : microseconds(value);
}

function share(value: number | undefined): string {
  return value === undefined ? "–" : `${Math.round(100 * value)} %`;
}
