import { assert, assertEquals, assertMatch } from "@std/assert";
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import { run } from "../support/command.ts";
import { script } from "../support/script.ts";
import { fixture } from "../stresstest/report/report_fixture.ts";
import { account } from "./account.ts";
import { picture } from "./picture.ts";
import { type Growth, loadOf, points } from "./points.ts";
import { test } from "../support/test.ts";

const RUN: RunResult = fixture({ mode: "load" }).servers[0]!.runs[0]!;

/** Growth as if each point had been measured twice, with so much of a core. */
function measured(
  core: (clients: number) => number,
  bottleneck = false,
): Growth {
  const { all, growth } = points();
  for (const { clients, rate, runs } of all) {
    const cpuSeconds = core(clients) * RUN.seconds;
    const run = {
      ...RUN,
      offeredRate: rate,
      deliveriesPerSecond: clients * rate,
      server: { ...RUN.server!, cpuSeconds, systemSeconds: cpuSeconds / 2 },
      tester: { ...RUN.tester, bottleneck: bottleneck ? "CPU" as const : null },
    };
    runs.push(run, run);
  }
  return growth;
}

function times(text: string, part: string): number {
  return text.split(part).length - 1;
}

test("points() measures each point once", () => {
  const { all, growth } = points();
  const wanted = [...growth.byClients, ...growth.byRate, ...growth.plan.flat()]
    .filter((point) => point !== undefined);
  assertEquals(new Set(wanted), new Set(all));
  const keys = all.map(({ clients, rate }) => `${clients} ${rate}`);
  assertEquals(new Set(keys).size, all.length);
  for (const point of all) {
    const { subscribers, participants = 0, rate } = loadOf(point);
    assertEquals([subscribers + participants, rate], [
      point.clients,
      point.rate,
    ]);
  }
});

test("picture() has its colours, for light and for dark, and four charts", () => {
  const svg = picture(measured(() => 0.5));
  assert(svg.includes("@media (prefers-color-scheme: dark)"));
  assertEquals(times(svg, "<svg "), 5);
  assertEquals(times(svg, "</svg>"), 5);
  assert(!/NaN|Infinity|undefined|null/.test(svg));
  assert(svg.includes("Medians of 2 rounds.") && !svg.includes("Hollow"));
  for (const text of ["p50", "p99", "clients, log scale", "1,000 messages"]) {
    assert(svg.includes(text), text);
  }
});

test("picture() rings where a core is full, and says when the tester was", () => {
  const rings = (svg: string) => times(svg, "<circle");
  const none = picture(measured(() => 0.5));
  assertEquals([rings(none), times(none, "Ring")], [0, 0]);
  const some = picture(measured((clients) => clients < 500 ? 0.5 : 1));
  assertEquals([rings(some), times(some, "Ring")], [2, 1]);
  const all = picture(measured(() => 1, true));
  assertEquals(rings(all), 4);
  assert(all.includes("Hollow: the tester was the bottleneck"));
});

test("account() has a table for each curve, and what one process carries", () => {
  const text = account(measured(() => 0.5));
  assertMatch(text, /^With more clients a delivery costs less, from /);
  assertMatch(text, /\n\nAt 1,000 messages\/s:\n\n\| clients \|/);
  assertMatch(text, /\| 5,000 \| 5.M \| .* \| 50 % \| 50 % \|/);
  assertMatch(text, /\| 5,000 \| .* \| – \|\n/);
  assert(!text.includes("bottleneck"));
  assert(!/NaN|Infinity|undefined/.test(text));
});

test("account() marks what says more about the tester", () => {
  const text = account(measured(() => 0.5, true));
  assertMatch(text, / µs\\\* \| 0/);
  assertMatch(text, /\\\* the tester was the bottleneck/);
});

test("growth says what its argument is", async () => {
  const command = script("tests/bench/growth.ts", "-A");
  for (const words of [["none"], ["1", "2"]]) {
    const { code, stdout, stderr } = await run([...command, ...words]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^Cannot measure: the one argument .*\n$/);
  }
});
