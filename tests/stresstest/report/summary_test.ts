import { assert, assertEquals } from "@std/assert";
import type { ServerResult } from "../../../lib/stresstest/load/result.ts";
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
      knee: null,
      ...server,
    })),
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
    { runs: [runResult({ deliveriesPerSecond: 4000, server: null })] },
  ])));
  assert(lines[0] === "a b b : a");
  assert(lines.includes("deliveries/s 2 k (1 k – 3 k) 4 k 2.00× better"));
  assert(lines.includes("server CPU 0.5 s"));
  assert(lines.includes("send delay p99 10 µs 10 µs"));
  assertEquals(lines.at(-1), "passed: every verdict held");
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
    },
    { runs: [runResult({ latency: null, server: null })] },
  ])));
  assertEquals(
    lines.slice(0, 5).map((line) => line.split(" ").slice(0, 6).join(" ")),
    [
      "a keeps up with 2,000 messages/s",
      "messages/s deliveries/s lost latency p50 latency",
      "1,000 3 k 0 % 100",
      "2,000 ← 3 k 0 %",
      "4,000 3 k 0 % 100",
    ],
  );
  assert(lines.includes("b kept up with none of these rates"));
});

test("summary() says what the numbers do not show", () => {
  const limited = runResult();
  limited.tester.bottleneck = true;
  limited.tester.uncheckedOrder = 12;
  const text = summary(report("load", [{ runs: [runResult(), limited] }]));
  assert(
    text.includes("note: in 1 of 2 runs of a the tester was the bottleneck"),
  );
  assert(text.includes("the one order of 12 deliveries was not checked"));
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
    }),
  );
  assertEquals(text.split("\n").slice(-2), [
    "failed: b: repeated, stalled",
    "stopped before the end",
  ]);
});

test("summary() without runs is the verdict alone", () => {
  const nothing = { passed: false, interrupted: true };
  for (const mode of ["load", "sweep"] as const) {
    assertEquals(
      summary(report(mode, [{}], nothing)),
      "stopped before the end",
    );
  }
});
