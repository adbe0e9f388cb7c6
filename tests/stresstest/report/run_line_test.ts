import { assertEquals } from "@std/assert";
import { runLine } from "../../../lib/stresstest/report/run_line.ts";
import { runResult } from "../run_result.ts";
import { test } from "../../support/test.ts";

test("runLine() has the numbers of the reference tester in reference mode", () => {
  assertEquals(
    runLine(runResult({ offeredRate: null, received: 4500, lost: 1500 })),
    "4,500 of 6,000 received, drop rate 0.25, 2 s, p50 100 µs, p99 3 ms",
  );
  assertEquals(
    runLine(
      runResult({ offeredRate: null, latency: null, received: 0, lost: 6000 }),
    ),
    "0 of 6,000 received, drop rate 1, 2 s",
  );
});

test("runLine() has the rate and the loss in load mode", () => {
  assertEquals(
    runLine(runResult()),
    "1,000 messages/s, 6,000 of 6,000 received, 0 % lost, 3 k deliveries/s, p50 100 µs, p99 3 ms",
  );
});

test("runLine() says that a run was interrupted, or expected nothing", () => {
  const run = runResult({
    offeredRate: null,
    sent: 0,
    expected: 0,
    received: 0,
    latency: null,
    cuts: { clients: 2, nodes: [], first: "" },
    interrupted: true,
  });
  assertEquals(
    runLine(run),
    "0 of 0 received, drop rate 0, 2 s, 2 clients cut, interrupted",
  );
});
