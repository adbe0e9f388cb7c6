import { assert, assertEquals } from "@std/assert";
import type { RunResult } from "../../../lib/stresstest/load/result.ts";
import { renderHtml } from "../../../lib/stresstest/report/html/html_report.ts";
import type { Report } from "../../../lib/stresstest/report/report.ts";
import { fixture } from "./report_fixture.ts";
import { test } from "../../support/test.ts";

const MODES = ["reference", "load", "sweep"] as const;

/** The most bytes of a page, so that it can be mailed and opened on a phone. */
const MAX_BYTES = 500_000;

function runs({ servers }: Report): RunResult[] {
  return servers.flatMap((server) => server.runs);
}

function times(page: string, part: string): number {
  return page.split(part).length - 1;
}

function titles(page: string): string[] {
  return [...page.matchAll(/<h3>([^<]*)<\/h3>/g)].map((match) => match[1]!);
}

/** How many vertical lines have the colour of a server. */
function uprights(page: string, server: number): number {
  const upright = /<path d="M([\d.]+) [\d.]+L\1 [\d.]+"[^>]*>/g;
  return [...page.matchAll(upright)]
    .filter(([path]) => path.includes(`stroke="var(--server-${server})"`))
    .length;
}

test("renderHtml() loads nothing and runs nothing", () => {
  for (const mode of MODES) {
    const page = renderHtml(fixture({ mode }))
      .replaceAll(/xmlns(:xlink)?="[^"]*"/g, "");
    assert(!/https?:|\bsrc=|<script|<link|@import|url\((?!#)/i.test(page));
    assert(page.includes('content="default-src &#39;none&#39;; '));
  }
});

test("renderHtml() draws the charts of each mode", () => {
  const common = [
    "Latency by percentile",
    "Deliveries per second",
    "CPU per delivery",
    "Memory over time",
  ];
  for (const mode of MODES) {
    const page = renderHtml(fixture({ mode }));
    const swept = mode === "sweep";
    assertEquals(
      titles(page),
      swept ? ["Latency and loss against offered rate", ...common] : common,
    );
    assertEquals(times(page, "<svg width"), swept ? 6 : 4);
  }
});

test("renderHtml() draws no NaN", () => {
  for (const mode of MODES) {
    const report = fixture({ mode });
    for (const run of report.servers[0]!.runs) {
      Object.assign(run, { expected: 0, received: 0, lost: 0 });
      run.deliveriesPerSecond = NaN;
      run.server!.cpuMicrosecondsPerDelivery = Infinity;
    }
    assert(!/NaN|Infinity|undefined/.test(renderHtml(report)));
  }
});

test("renderHtml() is small enough to send", () => {
  for (const mode of MODES) {
    const page = renderHtml(fixture({ mode, servers: 3, runs: 20 }));
    assert(new TextEncoder().encode(page).length < MAX_BYTES);
  }
});

test("renderHtml() has the key numbers in words", () => {
  const page = renderHtml(fixture());
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

test("renderHtml() names every server in the table and each legend", () => {
  const page = renderHtml(fixture({ servers: 8 }));
  for (const { name, command } of fixture({ servers: 8 }).servers) {
    assertEquals(times(page, `<bdi>${name}</bdi>`) >= 6, true, name);
    assert(page.includes(`<code>${command}</code>`));
  }
});

test("renderHtml() gives each server a style of its own", () => {
  const swatches = (page: string) =>
    [...page.matchAll(/<svg class="swatch".*?<\/svg>/gs)].map(([it]) => it);
  const all = swatches(renderHtml(fixture({ servers: 8 })));
  assertEquals(new Set(all).size, 8);
  const grey = all.map((it) => it.replaceAll(/var\(--server-\d\)/g, "black"));
  assertEquals(new Set(grey).size, 8);
});

test("renderHtml() marks the knee of each server in a sweep", () => {
  const report = fixture({ mode: "sweep", runs: 16 });
  const page = renderHtml(report);
  for (const [i, { knee }] of report.servers.entries()) {
    const text = `knee ${Number((knee! / 1000).toPrecision(3))} k/s`;
    assert(page.includes(`<span class="soft">${text}</span>`), text);
    assertEquals(uprights(page, i), 2);
  }
  for (const server of report.servers) server.knee = null;
  assertEquals(uprights(renderHtml(report), 0), 0);
});

test("renderHtml() compares a sweep at the highest rate that all kept up with", () => {
  const report = fixture({ mode: "sweep", runs: 3 });
  report.servers.forEach((server, i) => server.knee = i === 1 ? 2600 : 3380);
  assert(renderHtml(report).includes("At 2.6 k/s, the highest"));
});

test("renderHtml() compares a sweep at the lowest rate if one server has no knee", () => {
  const report = fixture({ mode: "sweep", runs: 3 });
  report.servers[1]!.knee = null;
  const page = renderHtml(report);
  assert(page.includes("At 2 k/s, the lowest"));
  assert(page.includes("no knee"));
});

test("renderHtml() compares a sweep without a common rate over all", () => {
  const report = fixture({ mode: "sweep", runs: 3 });
  for (const run of report.servers[1]!.runs) run.offeredRate! += 1;
  assert(renderHtml(report).includes("have none in common"));
});

test("renderHtml() has medians, ranges and ratios to the first server", () => {
  const report = fixture({ servers: 2, runs: 3 });
  const [first, second] = report.servers;
  first!.runs.forEach((run, i) => run.received = [10, 30, 20][i]!);
  second!.runs.forEach((run, i) => run.received = [50, 50, 50][i]!);
  const row = /delivered<\/th>(.*?)<\/tr>/.exec(renderHtml(report))![1]!;
  assertEquals(
    row.replaceAll(/<[^>]*>/g, "|").replaceAll(/\|+/g, "|"),
    "|20|10 – 30|50 |2.50×|",
  );
});

test("renderHtml() shows each violation, its server and its run", () => {
  const report = fixture();
  report.passed = false;
  report.servers[1]!.runs[3]!.violations = [
    { verdict: "one order", text: "client 3 received 7 before 6" },
    { verdict: "repeated", text: "client 4 received 9 twice" },
  ];
  const page = renderHtml(report);
  assert(page.includes("Failed</span>: one order, repeated in 1 of 60 runs"));
  assert(page.includes("<h2>Violations</h2><h3><bdi>tokio-core</bdi>"));
  assert(page.includes("run 4 at 20 k/s"));
  assert(page.includes("client 4 received 9 twice"));
  assert(page.includes("failed 1 of 20 runs"));
});

test("renderHtml() counts the violations that it does not show", () => {
  const report = fixture({ servers: 1, runs: 60 });
  report.passed = false;
  for (const run of report.servers[0]!.runs) {
    run.violations = [
      { verdict: "damaged", text: "frame 1" },
      { verdict: "damaged", text: "and 9 more" },
    ];
  }
  const page = renderHtml(report);
  assert(page.includes("damaged in 60 of 60 runs"));
  assertEquals(page.match(/frame 1<br>and 9 more/g)?.length, 50);
  assert(page.includes("And 10 more."));
});

test("renderHtml() says why a server could not be tested", () => {
  const error = "Cannot test zillions: it refuses connections";
  const page = renderHtml({ ...fixture(), passed: false, error });
  assert(page.includes(`Failed</span>: ${error}`));
});

test("renderHtml() warns where the tester was the bottleneck", () => {
  for (const mode of MODES) {
    const report = fixture({ mode });
    assert(!renderHtml(report).includes("Hollow"));
    const { tester } = report.servers[2]!.runs[4]!;
    Object.assign(tester, {
      bottleneck: "send delay",
      sendDelayP99Microseconds: 43_000,
    });
    const page = renderHtml(report);
    assert(
      /of std-mpsc the tester was the bottleneck[^<]*: run 5[^<]* 43 ms\)/
        .test(page),
    );
    assert(page.includes("Hollow"));
    assert(page.includes('fill="var(--page)"'));
  }
});

test("renderHtml() says that a test was interrupted", () => {
  const report = { ...fixture(), interrupted: true };
  assert(
    renderHtml(report).includes(
      "Interrupted</span>: after 60 of 60 runs; until then every verdict held",
    ),
  );
  for (const server of report.servers) server.runs = [];
  assert(
    renderHtml(report).includes("Interrupted</span>: before the first run"),
  );
});

test("renderHtml() accepts runs without latency or usage", () => {
  for (const mode of MODES) {
    const report = fixture({ mode });
    for (const run of runs(report)) Object.assign(run, { latency: null });
    for (const run of report.servers[0]!.runs) run.server = null;
    const some = renderHtml(report);
    assertEquals(times(some, "Not measured."), 1);
    for (const run of runs(report)) run.server = null;
    const none = renderHtml(report);
    assertEquals(times(none, "Not measured."), 3);
    assert(some.includes('title="not measured"'));
    assert(!none.includes("memory peak</th>"));
  }
});

test("renderHtml() accepts any number of servers and runs", () => {
  for (const mode of MODES) {
    for (const servers of [0, 1, 17]) {
      for (const each of [0, 1, 30]) {
        const page = renderHtml(fixture({ mode, servers, runs: each }));
        assert(!/NaN|Infinity|undefined/.test(page), `${servers} x ${each}`);
      }
    }
  }
});

test("renderHtml() accepts runs of different lengths and one sample", () => {
  const report = fixture({ servers: 2, runs: 3 });
  report.servers[0]!.runs.length = 1;
  const [first] = report.servers[0]!.runs;
  first!.server!.memory = [[0, 1]];
  report.servers[1]!.runs[0]!.server!.memory = [];
  assert(!/NaN|Infinity|undefined/.test(renderHtml(report)));
});

test("renderHtml() escapes all text of the report", () => {
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
        run.tester.bottleneck = "CPU";
        run.violations = [{ verdict: "damaged", text: hostile }];
      }
    }
    const page = renderHtml(report);
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

test("renderHtml() writes large memory in GiB", () => {
  const report = fixture({ servers: 1, runs: 2 });
  const ticks = (page: string) => page.match(/[\d.]+ [KMG]iB(?=<\/text>)/g);
  assert(ticks(renderHtml(report))!.includes("60 MiB"));
  for (const { server } of runs(report)) {
    server!.peakMemoryBytes *= 40;
    server!.memory = server!.memory.map(([at, size]) => [at, size * 40]);
  }
  assert(ticks(renderHtml(report))!.includes("2.5 GiB"));
});

test("renderHtml() breaks the command between words only", () => {
  const report = fixture({ servers: 1, runs: 1 });
  report.command = "stresstest --json <x>";
  assert(
    renderHtml(report).includes(
      "<code><span>stresstest</span> <span>--json</span> <span>&lt;x&gt;</span></code>",
    ),
  );
});
