import { assert, assertEquals } from "@std/assert";
import {
  duration,
  memory,
  number,
  percent,
} from "../../../lib/stresstest/report/figures.ts";
import type {
  Report,
  RunResult,
  ServerResult,
} from "../../../lib/stresstest/load/result.ts";
import { spread } from "../../../lib/stresstest/report/spread.ts";
import { runLine, summary } from "../../../lib/stresstest/report/summary.ts";

function run(parts: Partial<RunResult> = {}): RunResult {
  return {
    offeredRate: 1000,
    seconds: 2,
    sent: 2000,
    expected: 6000,
    received: 6000,
    lost: 0,
    deliveriesPerSecond: 3000,
    latency: {
      p50Microseconds: 100,
      p90Microseconds: 200,
      p99Microseconds: 3000,
      p999Microseconds: 40_000,
      maxMicroseconds: 5e6,
      percentiles: [],
    },
    generator: {
      slipP99Microseconds: 10,
      slipMaxMicroseconds: 20,
      cpuSeconds: 1,
      bottleneck: false,
    },
    server: {
      cpuSeconds: 0.5,
      systemSeconds: 0.3,
      cpuMicrosecondsPerDelivery: 83.3,
      startMemoryBytes: 40e6,
      peakMemoryBytes: 60e6,
      endMemoryBytes: 50e6,
      memory: [],
    },
    violations: [],
    ...parts,
  };
}

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

Deno.test("runLine() says of a repetition what the reference says", () => {
  assertEquals(
    runLine(run({ offeredRate: null, received: 4500, lost: 1500 })),
    "4,500 of 6,000 received, drop rate 0.25, 2 s, p50 100 µs, p99 3 ms",
  );
  assertEquals(
    runLine(run({ offeredRate: null, latency: null, received: 0, lost: 6000 })),
    "0 of 6,000 received, drop rate 1, 2 s",
  );
});

Deno.test("runLine() says of a load what it was and what came of it", () => {
  assertEquals(
    runLine(run()),
    "1,000 messages/s, 6,000 of 6,000 received, 0 % lost, 3,000 deliveries/s, p50 100 µs, p99 3 ms",
  );
});

Deno.test("summary() compares to the first, by medians", () => {
  const lines = squeezed(summary(report("load", [
    {
      runs: [1000, 3000, 2000].map((rate) =>
        run({ deliveriesPerSecond: rate })
      ),
    },
    { runs: [run({ deliveriesPerSecond: 4000, server: null })] },
  ])));
  assert(lines[0] === "a b b : a");
  assert(lines.includes("deliveries/s 2,000 (1,000 – 3,000) 4,000 2"));
  assert(lines.includes("server CPU 0.5 s"));
  assert(lines.includes("tester's slip p99 10 µs 10 µs"));
  assertEquals(lines.at(-1), "passed: every verdict held");
});

Deno.test("summary() leaves out what nobody knows", () => {
  const text = summary(report("reference", [
    { runs: [run({ server: null, latency: null })] },
    { runs: [] },
  ]));
  for (const absent of ["latency", "memory", "CPU", "slip", " b"]) {
    assert(!text.includes(absent), absent);
  }
});

Deno.test("summary() shows a sweep by rising rates and marks the knee", () => {
  const lines = squeezed(summary(report("sweep", [
    {
      runs: [1000, 4000, 2000].map((offeredRate) => run({ offeredRate })),
      knee: 2000,
    },
    { runs: [run({ latency: null, server: null })] },
  ])));
  assertEquals(
    lines.slice(0, 5).map((line) => line.split(" ").slice(0, 6).join(" ")),
    [
      "a follows up to 2,000 messages/s",
      "messages/s deliveries/s lost p50 p99 CPU",
      "1,000 3,000 0 % 100 µs",
      "2,000 ← 3,000 0 % 100",
      "4,000 3,000 0 % 100 µs",
    ],
  );
  assert(lines.includes("b followed none of these rates"));
});

Deno.test("summary() says what the figures do not", () => {
  const limited = run();
  limited.generator.bottleneck = true;
  limited.generator.uncheckedOrder = 12;
  const text = summary(report("load", [{ runs: [run(), limited] }]));
  assert(
    text.includes("note: in 1 of 2 runs of a the tester was the bottleneck"),
  );
  assert(text.includes("the one order of 12 deliveries was not checked"));
});

Deno.test("summary() names what failed, and that it was stopped", () => {
  const failed = run({
    violations: [
      { verdict: "repeated", text: "" },
      { verdict: "repeated", text: "" },
      { verdict: "hung", text: "" },
    ],
  });
  const text = summary(report("load", [{ runs: [run()] }, { runs: [failed] }], {
    passed: false,
    interrupted: true,
  }));
  assertEquals(text.split("\n").slice(-2), [
    "failed: b: repeated, hung",
    "stopped before the end",
  ]);
});

Deno.test("summary() of nothing is the verdict alone", () => {
  const nothing = { passed: false, interrupted: true };
  for (const mode of ["load", "sweep"] as const) {
    assertEquals(
      summary(report(mode, [{}], nothing)),
      "stopped before the end",
    );
  }
});

Deno.test("figures have three digits, or all before the point", () => {
  assertEquals([0, 0.01234, 1.2345, 99.99, 123_456.7].map(number), [
    "0",
    "0.0123",
    "1.23",
    "100",
    "123,457",
  ]);
  assertEquals([12.34, 1234, 2.5e6].map(duration), [
    "12.3 µs",
    "1.23 ms",
    "2.5 s",
  ]);
  assertEquals(memory(45.678e6), "45.7 MB");
  assertEquals([percent(1, 8), percent(0, 0)], ["12.5 %", "0 %"]);
  assertEquals([spread([3, 1, 2])?.median, spread([4, 1, 3, 2])?.median], [
    2,
    2.5,
  ]);
});
