import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import type { Violation } from "../../lib/stresstest/checks/violations.ts";
import { test } from "../support/test.ts";
import { agreement } from "./agreement.ts";
import { parse, UsageError } from "./arguments.ts";
import { marks } from "./guarantees.ts";
import { several } from "./loads.ts";
import { page } from "./page.ts";
import { picture } from "./picture.ts";
import { measurement, result, server } from "./result_fixture.ts";
import { type JudgedLoad, merge, type ServerResult } from "./result.ts";
import { languageStyle, type Point, scatter } from "./scatter.ts";
import { table } from "./table.ts";

/** What does not hold, with its reason. */
function broken(of: ServerResult): string[][] {
  return marks(of).filter(({ holds }) => holds === false)
    .map(({ name, reason }) => [name, reason]);
}

function judged(
  load: JudgedLoad,
  verdict: "stalled" | "damaged" | "one order",
  failures: Record<string, string> = {},
): ServerResult {
  const found = server("some");
  found.judgement.violations[load] = [{ verdict, text: "how" }];
  for (const [name, failure] of Object.entries(failures)) {
    const tests = found.judgement.specification!;
    tests.find((test) => test.name === name)!.failure = failure;
  }
  return found;
}

test("marks() what was judged and not broken holds", () => {
  assertEquals(broken(server("a")), []);
  const of = (some: ServerResult) =>
    marks(some).filter(({ holds }) => holds === null).map(({ name }) => name);
  assertEquals(of(server("a")), ["truncated frame"]);
  const unjudged = server("a", { judgement: { violations: {} } });
  assertEquals(of(unjudged).length, marks(unjudged).length);
});

test("marks() each verdict breaks its guarantee, with the first message", () => {
  assertEquals(broken(judged("light", "damaged")), [[
    "frames",
    "damaged: how",
  ]]);
  assertEquals(broken(judged("many", "one order")), [[
    "order",
    "one order: how",
  ]]);
  assertEquals(broken(judged("many", "stalled")), [[
    "many clients",
    "stalled: how",
  ]]);
  const killed = server("a");
  killed.judgement.ends = false;
  assertEquals(broken(killed), [["SIGTERM", "it ignored SIGTERM"]]);
  const measured = server("a");
  const violations = [{ verdict: "repeated" as const, text: "twice" }];
  measured.loads.hall = [measurement({ violations })];
  assertEquals(broken(measured), [["frames", "repeated: twice"]]);
});

test("marks() a test of the specification breaks its guarantee", () => {
  const found = server("a");
  found.judgement.specification!.at(-1)!.failure = "too short";
  assertEquals(broken(found), [["half-close", "half-close: too short"]]);
});

test("marks() what fails because of something else is not marked", () => {
  const damaged = judged("light", "damaged", {
    "half-close": "damaged, too",
  });
  assertEquals(broken(damaged).map(([name]) => name), ["frames"]);
  const blocked = judged("stuck", "stalled", {
    "S7 a client that lags": "blocked",
  });
  assertEquals(broken(blocked).map(([name]) => name), ["stuck client"]);
});

test("table() has a row a server, medians or ranges, dashes, stars and failures", () => {
  const dead = server("dead", {
    lines: null,
    loads: {
      hall: [measurement({
        violations: [{ verdict: "died", text: "of something" }],
      })],
      flood: [measurement({ bottleneck: "CPU" })],
    },
  });
  const text = table(result(server("a"), dead));
  assertMatch(text, /^\| a \| Go 1.26.8 \| 90 \| 100 µs \| 1–3 ms \|/m);
  assertMatch(
    text,
    /^\| dead \| Go 1.26.8 \| – \| – \| – \| died \| died \| 100 k\/s\\\* \|/m,
  );
  assertMatch(text, /the stress tester was the bottleneck/);
});

test("page() loads nothing, its links lead somewhere, and text stays text", () => {
  const bad = judged("light", "damaged");
  bad.judgement.violations.light![0]!.text = "<script>alert(1)</script>";
  const html = page(result(server("a"), bad));
  assert(!/<script|<link|<img|src=|https?:(?!\/\/www\.w3\.org)/.test(html));
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id!);
  assertEquals(new Set(ids).size, ids.length);
  const links = [...html.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id!);
  assert(links.length > 10);
  assertEquals(links.filter((id) => !ids.includes(id)), []);
  assert(html.includes("if a &lt; b &amp;&amp; c"));
  assert(html.includes("deno task gallery some"));
  assert(!/NaN|undefined|\[object/.test(html));
  assertMatch(html, /<small>1–3 ms<\/small>/);
});

test("picture() has a chart for each load that was played", () => {
  const whole = picture(result(server("a"), server("b")));
  assertEquals(whole.split("<svg ").length, 6);
  assert(whole.includes("@media (prefers-color-scheme: dark)"));
  assert(!/NaN|Infinity|undefined|null/.test(whole));
  const some = server("a", { loads: { hall: [measurement()] } });
  assertEquals(picture(result(some)).split("<svg ").length, 3);
});

test("scatter() gives each point a name, and no name covers another", () => {
  const points = Array.from({ length: 18 }, (_, n): Point => ({
    name: `server-${n}`,
    style: languageStyle("Go"),
    deliveries: 1e5,
    p99: { runs: 1, median: 1000 + n, min: 900, max: 1200 },
    isHollow: n === 3,
  }));
  const svg = scatter(points);
  assert(!/NaN|Infinity|undefined/.test(svg));
  const names = [...svg.matchAll(
    /<text x="([\d.]+)" y="([\d.]+)" text-anchor="(start|end)"[^>]*>(server-\d+)</g,
  )].map(([, x, y, anchor, name]) => {
    const width = name!.length * 6.7;
    const left = anchor === "start" ? Number(x) : Number(x) - width;
    return { left, right: left + width, y: Number(y) };
  });
  assertEquals(names.length, 18);
  for (const [at, one] of names.entries()) {
    for (const other of names.slice(at + 1)) {
      const apart = one.right <= other.left || other.right <= one.left ||
        Math.abs(one.y - other.y) >= 13.9;
      assert(apart, JSON.stringify([one, other]));
    }
  }
  assertEquals(scatter([]), "");
});

test("merge() joins the rounds of several results", () => {
  const second = result(server("a"), server("b"));
  second.servers[0]!.loads = { hall: [measurement({ p99Microseconds: 9 })] };
  const first = result(server("a"));
  first.leftOut = [{ name: "b", reason: "not there" }];
  const both = merge([first, second]);
  assertEquals(both.servers.map(({ name }) => name), ["a", "b"]);
  const [a] = both.servers;
  assertEquals(a!.loads.hall!.map(({ p99Microseconds }) => p99Microseconds), [
    1000,
    9,
  ]);
  assertEquals([both.leftOut, both.played, both.disturbed], [[], 20, 2]);
});

test("agreement() finds servers that change places, if all rounds had them apart", () => {
  const of = (name: string, ...p99s: number[]) => {
    const chat = p99s.map((p99Microseconds) =>
      measurement({ p99Microseconds })
    );
    return server(name, { loads: { chat } });
  };
  const first = result(of("a", 100, 90), of("b", 120, 160), of("c", 200, 210));
  assertEquals(agreement(first, first).changed, []);
  const second = result(of("a", 130), of("b", 90), of("c", 110));
  const { compared, changed } = agreement(first, second);
  assertEquals(compared, 1);
  assertEquals(changed, [
    "2,000/s to 50, p99: a 95 µs, then 130 µs; c 205 µs, then 110 µs",
  ]);
});

test("agreement() compares what arrives, not what is lost", () => {
  const of = (name: string, lost: number) =>
    server(name, { loads: { flood: [measurement({ lost })] } });
  const first = result(of("a", 0.001), of("b", 0.002), of("c", 0.5));
  const second = result(of("a", 0.6), of("b", 0.001), of("c", 0.2));
  const { compared, changed } = agreement(first, second);
  assertEquals(compared, 2);
  assertEquals(changed, [
    "flat out, 4 to 50, arrived: c 50 %, then 80 %; a 99.9 %, then 40 %",
  ]);
});

test("a load in parts is measured by their median, and ends where the server fails", async () => {
  const played = (p99Microseconds: number, violations: Violation[] = []) =>
    measurement({ p99Microseconds, violations });
  const parts = [played(1), played(900), played(2)];
  const numbers: number[] = [];
  const { p99Microseconds } = await several(3, (part) => {
    numbers.push(part);
    return Promise.resolve(parts.shift()!);
  });
  assertEquals([p99Microseconds, numbers], [2, [1, 2, 3]]);
  const died: Violation = { verdict: "died", text: "it ended" };
  const failing = [played(1), played(5, [died])];
  const found = await several(9, () => Promise.resolve(failing.shift()!));
  assertEquals(found.violations, [died]);
});

test("parse() names are servers, loads or the judge; the rest is refused", () => {
  const of = (...args: string[]) => {
    const parsed = parse(args);
    if (parsed === "help") return "help";
    const { styles, loads, judged, size } = parsed.asked;
    return [styles.length > 2, loads.length, judged, size.rounds];
  };
  assertEquals(of(), [true, 6, true, 3]);
  assertEquals(of("--quick", "least"), [false, 4, false, 1]);
  assertEquals(of("--quick", "judge"), [true, 0, true, 1]);
  assertEquals(of("least", "hall", "chat", "--rounds=5"), [false, 2, false, 5]);
  assertEquals(of("judge"), [true, 0, true, 3]);
  assertEquals(of("-h"), "help");
  for (
    const args of [["nobody"], ["--rounds=0"], ["--fast"], ["--json"]]
  ) {
    assertThrows(() => parse(args), UsageError, undefined, args.join(" "));
  }
});
