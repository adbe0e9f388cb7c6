import { assert, assertEquals } from "@std/assert";
import type {
  KneeEnd,
  RunResult,
  ServerResult,
} from "../../../lib/stresstest/load/result.ts";
import { renderHtml } from "../../../lib/stresstest/report/html/html_report.ts";
import { renderJson } from "../../../lib/stresstest/report/json_report.ts";
import type { Report } from "../../../lib/stresstest/report/report.ts";
import { summary } from "../../../lib/stresstest/report/summary.ts";
import { runResult } from "../run_result.ts";
import { test } from "../../support/test.ts";

function report(
  mode: Report["mode"],
  servers: Partial<ServerResult>[],
  parts: Partial<Report> = {},
): Report {
  return {
    version: "",
    command: "",
    environment: {
      date: "",
      os: "",
      cpu: "",
      cores: 1,
      memoryBytes: 0,
      runtime: "",
    },
    mode,
    settings: {},
    servers: servers.map((server, at) => ({
      name: "ab"[at]!,
      command: "",
      runs: [],
      remarks: [],
      killed: false,
      knee: null,
      kneeEnd: null,
      ...server,
    })),
    planned: null,
    error: null,
    passed: true,
    interrupted: false,
    ...parts,
  };
}

/** Lines with single spaces, so that the width of columns does not matter. */
function squeezed(text: string): string[] {
  return text.split("\n").map((line) => line.trim().replace(/ +/g, " "));
}

test("summary() compares medians to those of the first server", () => {
  const lines = squeezed(summary(report("load", [
    {
      runs: [1000, 3000, 2000].map((rate) =>
        runResult({ deliveriesPerSecond: rate })
      ),
    },
    {
      runs: Array(3).fill(
        runResult({ deliveriesPerSecond: 4000, server: null }),
      ),
    },
  ])));
  assert(lines[0] === "a b b : a");
  assert(lines.includes("deliveries/s 2 k (1 k – 3 k) 4 k 2.00× better"));
  assert(lines.includes("server CPU 0.5 s –"));
  assert(lines.includes("send delay p99 10 µs 10 µs"));
  assertEquals(lines.at(-1), "passed: every verdict held");
});

test("reports show a range only where its ends read differently", () => {
  const runs = [2, 2.0001].map((seconds) => runResult({ seconds }));
  const found = report("load", [{ runs }]);
  assert(squeezed(summary(found)).includes("duration 2 s"));
  assert(/>duration<\/th><td>2 s<\/td>/.test(renderHtml(found)));
});

test("summary() leaves out metrics that were not measured", () => {
  const text = summary(report("reference", [
    { runs: [runResult({ offeredRate: null, server: null, latency: null })] },
    { runs: [] },
  ]));
  for (const absent of ["latency", "memory", "CPU", "send delay", " b"]) {
    assert(!text.includes(absent), absent);
  }
});

test("summary() shows a sweep by rising rates and marks the knee", () => {
  const lines = squeezed(summary(report("sweep", [
    {
      runs: [1000, 4000, 2000].map((offeredRate) => runResult({ offeredRate })),
      knee: 2000,
      kneeEnd: END,
    },
    { runs: [runResult({ latency: null, server: null })] },
  ])));
  assertEquals(
    lines.slice(0, 6).map((line) => line.split(" ").slice(0, 6).join(" ")),
    [
      "a keeps up with 2,000 messages/s:",
      "messages/s deliveries/s lost latency latency CPU",
      "p50 p99 delivery p99",
      "1,000 3 k 0 % 100",
      "2,000 ← 3 k 0 %",
      "4,000 3 k 0 % 100",
    ],
  );
  assert(lines.includes("b kept up with none of these rates"));
});

test("summary() says what the numbers do not show", () => {
  const busy = runResult();
  Object.assign(busy.tester, { bottleneck: "CPU", busyShare: 0.93 });
  busy.tester.uncheckedOrder = 12;
  const late = runResult({ offeredRate: 8000 });
  Object.assign(late.tester, {
    bottleneck: "send delay",
    sendDelayP99Microseconds: 4300,
  });
  const text = summary(report("load", [{ runs: [busy, runResult(), late] }]));
  assert(
    text.includes(
      "note: in 2 of 3 runs of a the tester was the bottleneck, so the server may be better than they show: " +
        "run 1 at 1 k/s (its CPU was busy 93 % of the time), run 3 at 8 k/s (its send delay p99 was 4.3 ms)",
    ),
  );
  assert(text.includes("the one order of 12 deliveries was not checked"));
});

test("summary() says which clients were cut, and that it is no loss", () => {
  const first = "the server ended the connection of client 3";
  const cuts = { clients: 2, nodes: ["127.0.0.1:81"], first };
  const text = summary(report("load", [{
    runs: [runResult(), runResult({ cuts }), runResult({ cuts })],
  }]));
  assert(
    text.includes(
      `note: in 2 of 3 runs of a 4 clients of 127.0.0.1:81 were cut, and what they missed is not lost: first in run 2 at 1 k/s ${first}\n`,
    ),
    text,
  );
});

test("summary() names the failed verdicts, and says that it was interrupted", () => {
  const failed = runResult({
    violations: [
      { verdict: "repeated", text: "" },
      { verdict: "repeated", text: "" },
      { verdict: "stalled", text: "" },
    ],
  });
  const text = summary(
    report("load", [{ runs: [runResult()] }, { runs: [failed] }], {
      passed: false,
      interrupted: true,
      planned: 100,
    }),
  );
  assertEquals(text.split("\n").slice(-2), [
    "failed: b: repeated, stalled",
    "interrupted: after 2 of 100 runs; until then repeated, stalled in 1 of 2 runs",
  ]);
});

test("summary() without runs is the verdict alone", () => {
  const nothing = { passed: false, interrupted: true };
  for (const mode of ["load", "sweep"] as const) {
    assertEquals(
      summary(report(mode, [{}], nothing)),
      "interrupted: before the first run",
    );
  }
});

test("summary() shows nothing delivered as dashes, never as 0 or the best", () => {
  const nothing = runResult({ received: 0, lost: 6000, seconds: 0 });
  Object.assign(nothing, { latency: null, deliveriesPerSecond: 0 });
  nothing.server!.cpuMicrosecondsPerDelivery = null;
  const lines = squeezed(summary(report("load", [
    { runs: Array(3).fill(runResult()) },
    { runs: Array(3).fill(nothing) },
  ])));
  for (
    const row of [
      "latency p50 100 µs –",
      "latency max 5 s –",
      "duration 2 s –",
      "CPU per delivery 83.3 µs –",
      "deliveries/s 3 k 0 0× worse",
    ]
  ) assert(lines.includes(row), row);
});

test("reports compare no run in which a server died", () => {
  const dead = runResult({
    received: 90,
    seconds: 0.1,
    violations: [{ verdict: "died", text: "" }],
  });
  const one = report("load", [{ runs: [runResult()] }, { runs: [dead] }]);
  assert(squeezed(summary(one)).includes("delivered 6,000 90"));
  assert(!renderHtml(one).includes("×"));
  const two = report("load", [
    { runs: [runResult()] },
    { runs: [runResult(), dead] },
  ]);
  assert(squeezed(summary(two)).includes("delivered 6,000 6,000 1.00×"));
});

test("summary() leaves interrupted runs out of the table, unless there are no others", () => {
  const half = runResult({ received: 7, interrupted: true });
  const of = (...runs: RunResult[]) =>
    squeezed(summary(report("load", [{ runs }])));
  assert(of(runResult(), half).includes("delivered 6,000"));
  assert(of(half).includes("delivered 7"));
});

const END: KneeEnd = {
  by: "server",
  rate: 4000,
  reason: "lost 3 % of the deliveries",
};

/** What a sweep says of a knee of 2,000, by what ended the search. */
const CLAIMS: [KneeEnd, number | null, string][] = [
  [
    END,
    2000,
    "keeps up with 2,000 messages/s: at 4,000 messages/s it lost 3 % of the deliveries",
  ],
  [
    END,
    null,
    "kept up with none of these rates: at 4,000 messages/s it lost 3 % of the deliveries",
  ],
  [
    { ...END, by: "tester" },
    2000,
    "keeps up with at least 2,000 messages/s: at 4,000 messages/s it lost 3 % of the deliveries, but the tester was the bottleneck",
  ],
  [
    { by: "limit", rate: null, reason: "" },
    2000,
    "keeps up with at least 2,000 messages/s: at twice this rate a run has too many messages",
  ],
  [
    { ...END, by: "interruption" },
    2000,
    "keeps up with at least 2,000 messages/s: the test was interrupted; at 4,000 messages/s it lost 3 % of the deliveries",
  ],
];

test("kneeClaim() says what ended the search, in the terminal, the page and the JSON file", () => {
  for (const [kneeEnd, knee, claim] of CLAIMS) {
    const swept = report("sweep", [{ runs: [runResult()], knee, kneeEnd }]);
    assertEquals(summary(swept).split("\n")[0], `a ${claim}`);
    assertEquals(JSON.parse(renderJson(swept)).servers[0].claim, claim);
    const page = renderHtml(swept);
    assert(page.includes(`> ${claim}</p>`), "in plain sight");
    const least = kneeEnd.by === "server" ? "" : "at least ";
    const legend = knee === null ? "no knee" : `knee ${least}2 k/s`;
    assert(page.includes(legend), legend);
  }
});

test("ranking() has its reason, and ranks no server whose search the tester ended", () => {
  const runs = [runResult()];
  const servers = [
    { runs, knee: 2000, kneeEnd: END },
    { runs, knee: 4000, kneeEnd: { ...END, by: "tester" as const } },
  ];
  const rank =
    "rank, by the highest rate that each kept up with: b (4,000 messages/s), then a (2,000 messages/s)";
  const written = report("sweep", servers);
  assert(summary(written).includes(`\n\n${rank}\n`));
  assert(renderHtml(written).includes(`<p>${rank}</p>`));
  assertEquals(JSON.parse(renderJson(written)).ranking, rank);
  servers[0]!.kneeEnd = { ...END, by: "tester" };
  const none = report("sweep", servers);
  assert(summary(none).includes("\n\nno rank: a may keep up with more"));
  assert(renderHtml(none).includes("no rank: a may keep up with more"));
});

test("all reports name the same bottleneck and the same headline", () => {
  const limited = runResult();
  Object.assign(limited.tester, { bottleneck: "CPU", busyShare: 0.93 });
  const found = report("load", [{ runs: [limited] }]);
  const note = "its CPU was busy 93 % of the time";
  const json = JSON.parse(renderJson(found));
  assert(json.notes[0].includes(note));
  assertEquals(json.servers[0].runs[0].tester.bottleneck, "CPU");
  assertEquals(json.headline, "Passed: every verdict held");
  for (const text of [summary(found), renderHtml(found)]) {
    assert(text.includes(note));
    assert(!/\blate\b/.test(text), text);
  }
});

test("all reports name a tester that was busy while it waited for deliveries", () => {
  const waiting = runResult();
  Object.assign(waiting.tester, {
    bottleneck: "CPU while waiting",
    waitingBusyShare: 0.97,
  });
  const found = report("load", [{ runs: [waiting] }]);
  for (const write of [summary, renderHtml, renderJson]) {
    const note =
      "run 1 at 1 k/s (its CPU was busy 97 % of the time that it waited for the last deliveries)";
    assert(write(found).includes(note));
  }
});

test("all reports say that the tester stopped waiting for a server", () => {
  const unfinished = { unsent: 500, undelivered: 1200 };
  const found = report("load", [{
    runs: [runResult(), runResult({ unfinished })],
  }]);
  for (const write of [summary, renderHtml, renderJson]) {
    const note =
      "in 1 of 2 runs of a the server was so far behind that the tester stopped waiting for it: run 2 at 1 k/s (500 of 2,500 messages not sent, 1,200 deliveries not there yet, which count as lost)";
    assert(write(found).includes(note), write(found));
  }
});

test("all reports say that the tester waited for a processor", () => {
  const starved = runResult();
  starved.tester.waitedShare = 0.42;
  const runs = [runResult(), starved];
  const waits = (part: string) => {
    for (const write of [summary, renderHtml, renderJson]) {
      const text = write(report("load", [{ runs }]));
      const note = `in ${part} of the time, which the server or`;
      assert(text.includes(note), text);
    }
  };
  const waited = "runs of a the tester waited for a processor for";
  waits(`1 of 2 ${waited} 42 %`);
  const more = runResult();
  more.tester.waitedShare = 0.63;
  runs.push(more);
  waits(`2 of 3 ${waited} 42 % to 63 %`);
});

test("all reports say of a server that ignored SIGTERM that it was killed, and what it did that is no verdict", () => {
  const found = report("load", [{
    runs: [runResult()],
    killed: true,
    remarks: ['printed "listening on" 2 times'],
  }], { passed: false });
  const killed = "a ignored SIGTERM and was killed";
  const remark = 'a printed "listening on" 2 times';
  const json = JSON.parse(renderJson(found));
  assertEquals([json.headline, json.notes], [`Failed: ${killed}`, [remark]]);
  const text = summary(found);
  assert(text.includes(`\nnote: ${remark}\n`), text);
  assert(text.endsWith("\nfailed: a: ignored SIGTERM and was killed"), text);
  assert(renderHtml(found).includes(killed));
});

test("summary() fits terminals of 80 and 120 columns", () => {
  const name = "a-name-of-24-characters!";
  const runs = [10, 20, 30].map((k) =>
    runResult({
      seconds: k / 7,
      deliveriesPerSecond: k * 1234,
      latency: { ...runResult().latency!, p50Microseconds: 1234 * k },
      server: { ...runResult().server!, endMemoryBytes: 123_456_789 * k },
    })
  );
  const compared = report("load", [{ name, runs }, { name, runs }]);
  const swept = report("sweep", [{ name, runs, knee: 1000, kneeEnd: END }]);
  for (const width of [80, 120]) {
    for (const found of [compared, swept]) {
      const tables = summary(found, width).split("\n\n").slice(0, -1)
        .flatMap((part) => part.split("\n"))
        .filter((line) => /^( |lat|mem|dur|CPU|[\d,]+ )/.test(line));
      assert(tables.length > 3);
      for (const line of tables) assert(line.length <= width, line);
    }
  }
  // One under another, where two do not fit.
  assertEquals(summary(compared, 80).match(/\nduration /g)?.length, 2);
  assertEquals(summary(compared, 140).match(/\nduration /g)?.length, 1);
  assert(squeezed(summary(compared, 80)).includes(`${name} : ${name}`));
  // Without ranges, where one alone does not fit.
  const short = report("load", [{ runs }, { runs }]);
  const lines = summary(short, 50).split("\n").slice(0, -1);
  assert(lines.every(({ length }) => length <= 50), lines.join("\n"));
  assert(!lines.some((line) => line.includes("(")));
});
