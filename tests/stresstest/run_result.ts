/** Results of runs for tests. */
import type { RunResult } from "../../lib/stresstest/load/result.ts";

/** A run of two seconds that passed, unless `parts` say otherwise. */
export function runResult(parts: Partial<RunResult> = {}): RunResult {
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
    tester: {
      sendDelayP99Microseconds: 10,
      sendDelayMaxMicroseconds: 20,
      cpuSeconds: 1,
      busyShare: 0.5,
      waitingBusyShare: null,
      waitedShare: 0.01,
      bottleneck: null,
    },
    server: {
      cpuSeconds: 0.5,
      systemSeconds: 0.3,
      cpuMicrosecondsPerDelivery: 83.3,
      startMemoryBytes: 40 * 2 ** 20,
      peakMemoryBytes: 60 * 2 ** 20,
      endMemoryBytes: 50 * 2 ** 20,
      memory: [],
    },
    cuts: null,
    unfinished: null,
    interrupted: false,
    violations: [],
    ...parts,
  };
}
