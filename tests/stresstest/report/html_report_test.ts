import { assert, assertEquals } from "@std/assert";
import {
  bytes,
  count,
  microseconds,
  percent,
  rate,
} from "../../../lib/stresstest/report/format.ts";
import { renderReport } from "../../../lib/stresstest/report/html/html_report.ts";
import {
  fromZero,
  fromZeroTo,
  logarithmic,
} from "../../../lib/stresstest/report/charts/scale.ts";
import type { Report, RunResult } from "../../../lib/stresstest/load/result.ts";
import { fixture } from "./report_fixture.ts";

const MODES = ["reference", "load", "sweep"] as const;

/** What the page may weigh: mailed and opened on a phone without a thought. */
const MOST_BYTES = 500_000;

function runs({ servers }: Report): RunResult[] {
  return servers.flatMap((server) => server.runs);
}

function times(page: string, part: string): number {
  return page.split(part).length - 1;
}

function titles(page: string): string[] {
  return [...page.matchAll(/<h3>([^<]*)<\/h3>/g)].map((match) => match[1]!);
}

/** How many upright lines have the colour of a server. */
function uprights(page: string, server: number): number {
  const upright = /<path d="M([\d.]+) [\d.]+L\1 [\d.]+"[^>]*>/g;
  return [...page.matchAll(upright)]
    .filter(([path]) => path.includes(`stroke="var(--server-${server})"`))
    .length;
}

/** The chart library leaves a timer behind that ends by itself, a frame later. */
function test(name: string, fn: () => void | Promise<void>): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

test("renderReport() loads nothing and runs nothing", () => {
  for (const mode of MODES) {
    const page = renderReport(fixture({ mode }))
      .replaceAll(/xmlns(:xlink)?="[^"]*"/g, "");
    assert(!/https?:|\bsrc=|<script|<link|@import|url\((?!#)/i.test(page));
    assert(page.includes('content="default-src &#39;none&#39;; '));
  }
});

test("renderReport() draws the charts of each mode", () => {
  const common = [
    "Latency by percentile",
    "Deliveries a second",
    "CPU per delivery",
    "Memory over time",
  ];
  for (const mode of MODES) {
    const page = renderReport(fixture({ mode }));
    const swept = mode === "sweep";
    assertEquals(
      titles(page),
      swept ? ["Latency and loss against offered rate", ...common] : common,
    );
    assertEquals(times(page, "<svg width"), swept ? 6 : 4);
  }
});

test("renderReport() draws only numbers that are numbers", () => {
  for (const mode of MODES) {
    const report = fixture({ mode });
    for (const run of report.servers[0]!.runs) {
      Object.assign(run, { expected: 0, received: 0, lost: 0 });
      run.deliveriesPerSecond = NaN;
      run.server!.cpuMicrosecondsPerDelivery = Infinity;
    }
    assert(!/NaN|Infinity|undefined/.test(renderReport(report)));
  }
});

test("renderReport() is light enough to send", () => {
  for (const mode of MODES) {
    const page = renderReport(fixture({ mode, servers: 3, runs: 20 }));
    assert(new TextEncoder().encode(page).length < MOST_BYTES);
  }
});

test("renderReport() says what it shows without the pictures", () => {
  const page = renderReport(fixture());
  assert(page.includes('<html lang="en">'));
  assert(page.includes("<title>Passed: zillions, tokio-core, std-mpsc"));
  const labels = [...page.matchAll(/role="img" aria-label="([^"]*)"/g)];
  assertEquals(labels.length, 4);
  for (const [, label] of labels) {
    for (const name of ["zillions", "tokio-core", "std-mpsc"]) {
      assert(new RegExp(`${name}: [^:]*\\d`).test(label!), label);
    }
  }
});

test("renderReport() names every server in the table and each legend", () => {
  const page = renderReport(fixture({ servers: 8 }));
  for (const { name, command } of fixture({ servers: 8 }).servers) {
    assertEquals(times(page, `<bdi>${name}</bdi>`) >= 6, true, name);
    assert(page.includes(`<code>${command}</code>`));
  }
});

test("renderReport() gives each server one look, and no two the same", () => {
  const swatches = (page: string) =>
    [...page.matchAll(/<svg class="swatch".*?<\/svg>/gs)].map(([it]) => it);
  const all = swatches(renderReport(fixture({ servers: 8 })));
  assertEquals(new Set(all).size, 8);
  const grey = all.map((it) => it.replaceAll(/var\(--server-\d\)/g, "black"));
  assertEquals(new Set(grey).size, 8);
});

test("renderReport() marks the knee of each server in a sweep", () => {
  const report = fixture({ mode: "sweep", runs: 16 });
  const page = renderReport(report);
  for (const [i, { knee }] of report.servers.entries()) {
    const text = `knee ${Number((knee! / 1000).toPrecision(3))}\u00a0k/s`;
    assert(page.includes(`<span class="soft">${text}</span>`), text);
    assertEquals(uprights(page, i), 2);
  }
  for (const server of report.servers) server.knee = null;
  assertEquals(uprights(renderReport(report), 0), 0);
});

test("renderReport() compares a sweep at the highest rate that all followed", () => {
  const report = fixture({ mode: "sweep", runs: 3 });
  report.servers.forEach((server, i) => server.knee = i === 1 ? 2600 : 3380);
  assert(renderReport(report).includes("At 2.6\u00a0k/s, the highest"));
});

test("renderReport() compares a sweep at the lowest rate if one followed none", () => {
  const report = fixture({ mode: "sweep", runs: 3 });
  report.servers[1]!.knee = null;
  const page = renderReport(report);
  assert(page.includes("At 2\u00a0k/s, the lowest"));
  assert(page.includes("no knee"));
});

test("renderReport() compares a sweep without a common rate over all", () => {
  const report = fixture({ mode: "sweep", runs: 3 });
  for (const run of report.servers[1]!.runs) run.offeredRate! += 1;
  assert(renderReport(report).includes("have none in common"));
});

test("renderReport() gives medians, ranges and ratios to the first server", () => {
  const report = fixture({ servers: 2, runs: 3 });
  const [first, second] = report.servers;
  first!.runs.forEach((run, i) => run.received = [10, 30, 20][i]!);
  second!.runs.forEach((run, i) => run.received = [50, 50, 50][i]!);
  const row = /Delivered<\/th>(.*?)<\/tr>/.exec(renderReport(report))![1]!;
  assertEquals(
    row.replaceAll(/<[^>]*>/g, "|").replaceAll(/\|+/g, "|"),
    "|20|10 – 30|50 |2.50×|",
  );
});

test("renderReport() shows each violation, its server and its run", () => {
  const report = fixture();
  report.passed = false;
  report.servers[1]!.runs[3]!.violations = [
    { verdict: "one order", text: "client 3 received 7 before 6" },
    { verdict: "repeated", text: "client 4 received 9 twice" },
  ];
  const page = renderReport(report);
  assert(page.includes("Failed</span>: 2 violations in 1 of 60 runs"));
  assert(page.includes("<h2>Violations</h2><h3><bdi>tokio-core</bdi>"));
  assert(page.includes("run 4 at 20\u00a0k/s"));
  assert(page.includes("client 4 received 9 twice"));
  assert(page.includes("failed 1 of 20 runs"));
});

test("renderReport() counts the violations that it does not show", () => {
  const report = fixture({ servers: 1, runs: 1 });
  report.passed = false;
  report.servers[0]!.runs[0]!.violations = Array.from(
    { length: 1000 },
    (_, i) => ({ verdict: "damaged", text: `frame ${i}` }),
  );
  const page = renderReport(report);
  assert(page.includes("1,000 violations in 1 of 1 run"));
  assert(page.includes("And 950 more."));
});

test("renderReport() fails without violations", () => {
  const page = renderReport({ ...fixture(), passed: false });
  assert(page.includes("Failed</span>: not every verdict held"));
});

test("renderReport() warns where the tester was the bottleneck", () => {
  for (const mode of MODES) {
    const report = fixture({ mode });
    assert(!renderReport(report).includes("Hollow"));
    const { generator } = report.servers[2]!.runs[4]!;
    Object.assign(generator, { bottleneck: true, slipMaxMicroseconds: 43_000 });
    const page = renderReport(report);
    assert(page.includes("<h2>The tester was the bottleneck</h2>"));
    assert(/std-mpsc<\/bdi><\/strong>, run 5[^<]*43\u00a0ms late/.test(page));
    assert(page.includes("Hollow"));
    assert(page.includes('fill="var(--page)"'));
  }
});

test("renderReport() tells an interrupted test", () => {
  const report = { ...fixture(), interrupted: true };
  assert(
    renderReport(report).includes(
      "Interrupted</span>: until then every verdict held",
    ),
  );
  for (const server of report.servers) server.runs = [];
  assert(
    renderReport(report).includes("Interrupted</span>: before the first run"),
  );
});

test("renderReport() takes runs without latency or usage", () => {
  for (const mode of MODES) {
    const report = fixture({ mode });
    for (const run of runs(report)) Object.assign(run, { latency: null });
    for (const run of report.servers[0]!.runs) run.server = null;
    const some = renderReport(report);
    assertEquals(times(some, "Not measured."), 1);
    for (const run of runs(report)) run.server = null;
    const none = renderReport(report);
    assertEquals(times(none, "Not measured."), 3);
    assert(none.includes('title="not measured"'));
  }
});

test("renderReport() takes any number of servers and runs", () => {
  for (const mode of MODES) {
    for (const servers of [0, 1, 17]) {
      for (const each of [0, 1, 30]) {
        const page = renderReport(fixture({ mode, servers, runs: each }));
        assert(!/NaN|Infinity|undefined/.test(page), `${servers} x ${each}`);
      }
    }
  }
});

test("renderReport() takes runs of different lengths and one sample", () => {
  const report = fixture({ servers: 2, runs: 3 });
  report.servers[0]!.runs.length = 1;
  const [first] = report.servers[0]!.runs;
  first!.server!.memory = [[0, 1]];
  report.servers[1]!.runs[0]!.server!.memory = [];
  assert(!/NaN|Infinity|undefined/.test(renderReport(report)));
});

test("renderReport() takes nothing from outside for markup", () => {
  const hostile =
    `"'></title></style></svg></code><script>alert(1)</script><img src=x onerror=alert(1)>&lt;`;
  for (const mode of MODES) {
    const report = fixture({ mode, servers: 2, runs: 2 });
    report.version = report.command = hostile;
    report.settings = { [hostile]: hostile };
    Object.assign(report.environment, {
      date: hostile,
      os: hostile,
      cpu: hostile,
      runtime: hostile,
    });
    for (const server of report.servers) {
      server.name = server.command = hostile;
      for (const run of server.runs) {
        run.generator.bottleneck = true;
        run.violations = [{ verdict: "damaged", text: hostile }];
      }
    }
    const page = renderReport(report);
    assert(
      !/<script|<img|&lt;&lt;|[^;]lt;/.test(page.replaceAll("&lt;", ";lt;")),
    );
    assertEquals(times(page, "</title>"), 1);
    assertEquals(times(page, "</style>"), times(page, "<style"));
    assertEquals(times(page, "</svg>"), times(page, "<svg"));
    assert(page.includes("&quot;&#39;&gt;&lt;/title&gt;"));
    assert(page.includes("alert(1)&gt;&amp;lt;"));
  }
});

test("microseconds() and others keep three digits, and nothing reads as zero", () => {
  const written = [
    microseconds(0.01234),
    microseconds(999.6),
    microseconds(1_234_567),
    bytes(1023.9),
    bytes(1024 ** 2 * 1.5),
    rate(12_345_678),
    count(12_345),
    count(12_345_678),
    percent(0.000_001_234),
    percent(1),
  ];
  assertEquals(written.map((it) => it.replace("\u00a0", " ")), [
    "0.0123 µs",
    "1 ms",
    "1.23 s",
    "1 KiB",
    "1.5 MiB",
    "12.3 M/s",
    "12,345",
    "12.3 M",
    "0.000123 %",
    "100 %",
  ]);
});

test("fromZero() and others hold all values and have few ticks", () => {
  for (let value = 1e-3; value < 1e12; value *= 1.37) {
    const scales = [
      fromZero([value], 1e-3),
      fromZeroTo(value),
      logarithmic([value]),
      logarithmic([1e-3, value]),
    ];
    for (const { min, max, ticks } of scales) {
      assert(min < value && value <= max, `${min} ${value} ${max}`);
      assert(ticks.length >= 1 && ticks.length <= 17, `${value}: ${ticks}`);
      assert(ticks.every((tick) => tick >= min && tick <= max));
    }
  }
});

test("logarithmic() has finer ticks where there are few decades", () => {
  assertEquals(logarithmic([3, 30]).ticks, [5, 10, 20]);
  assertEquals(logarithmic([30, 30]).ticks, [20, 50]);
  assertEquals(logarithmic([1, 10_000]).ticks, [1, 10, 100, 1000, 10_000]);
});

test("renderReport() gives large memory its larger unit", () => {
  const report = fixture({ servers: 1, runs: 2 });
  const ticks = (page: string) =>
    page.match(/[\d.]+\u00a0[KMG]iB(?=<\/text>)/g);
  assert(ticks(renderReport(report))!.includes("60\u00a0MiB"));
  for (const { server } of runs(report)) {
    server!.peakMemoryBytes *= 40;
    server!.memory = server!.memory.map(([at, size]) => [at, size * 40]);
  }
  assert(ticks(renderReport(report))!.includes("2.5\u00a0GiB"));
});
