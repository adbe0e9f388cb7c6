import { assert, assertEquals } from "@std/assert";
import { playLoad } from "../../../lib/stresstest/load/load.ts";
import type { LoadSettings } from "../../../lib/stresstest/load/settings.ts";
import type { RunResult } from "../../../lib/stresstest/load/result.ts";
import type { Verdict } from "../../../lib/stresstest/checks/violations.ts";
import { broken, NEVER, OURS, start } from "../servers.ts";
import { LOAD } from "../settings.ts";
import { test } from "../../support/test.ts";

/** Plays one load against a server that is started for it. */
async function played(
  command: string,
  settings: Partial<LoadSettings> = {},
): Promise<RunResult> {
  await using server = await start(command);
  return await playLoad(server, { ...LOAD, ...settings }, 0, {
    stop: NEVER,
  });
}

function verdicts(run: RunResult): Verdict[] {
  return [...new Set(run.violations.map(({ verdict }) => verdict))];
}

test("playLoad() our server loses nothing", async () => {
  const run = await played(OURS, { maxLost: 0 });
  assertEquals(run.violations, []);
  assertEquals([run.sent, run.expected, run.received, run.lost], [
    1000,
    4000,
    4000,
    0,
  ]);
  assertEquals(run.offeredRate, 5000);
  assert(run.latency!.p50Microseconds <= run.latency!.maxMicroseconds);
  assert(run.deliveriesPerSecond > 0);
});

test("playLoad() our server loses nothing with clients of every kind", async () => {
  const run = await played(OURS, {
    publishers: 1,
    subscribers: 2,
    participants: 5,
    stuck: 2,
    churn: 3,
    body: { min: 4, max: 255 },
    maxLost: 0,
  });
  assertEquals(run.violations, []);
  assertEquals([run.sent, run.received, run.lost], [1000, 7000, 0]);
});

test("playLoad() checks receivers that are not sampled like the others", async () => {
  const run = await played(OURS, { subscribers: 40, sampled: 3, maxLost: 0 });
  assertEquals([run.violations, run.received, run.lost], [[], 40_000, 0]);
  const sampled = { subscribers: 2, sampled: 1 };
  for (const [way, verdict] of [["damages", "damaged"], ["evicts", "cut"]]) {
    const run = await played(broken(way!), sampled);
    assertEquals(run.violations[0]?.verdict, verdict);
  }
});

test("playLoad() plays a second run on the same server", async () => {
  await using server = await start(OURS);
  for (const n of [0, 1]) {
    const run = await playLoad(server, LOAD, n, { stop: NEVER });
    assertEquals([run.violations, run.lost], [[], 0]);
  }
});

test("playLoad() reports its progress, and ends when it is stopped", async () => {
  await using server = await start(OURS);
  const stop = new AbortController();
  const run = await playLoad(
    server,
    { ...LOAD, count: 1_000_000, maxLost: 0 },
    0,
    {
      stop: stop.signal,
      onProgress(done, of, deliveries) {
        assertEquals(of, 1_000_000);
        if (done > 0 && deliveries > 0) stop.abort();
      },
    },
  );
  assert(run.sent > 0 && run.sent < 1_000_000);
  assertEquals([run.violations, run.lost], [[], 0]);
});

test("playLoad() calls no client late while others still receive the load", async () => {
  const run = await played(broken("queues"), { count: 150, timeout: 800 });
  assertEquals(run.violations, []);
});

test("playLoad() says nothing of its own load where nothing was sent", async () => {
  const { sent, tester } = await played(broken("shuts"));
  assertEquals([sent, tester.waitedShare, tester.busyShare], [0, null, null]);
});

test("playLoad() says of no server that it withholds from the sender what nobody received", async () => {
  const run = await played(broken("muffles"), {
    publishers: 1,
    subscribers: 1,
    participants: 4,
    count: 500,
  });
  assertEquals([run.violations, run.lost], [[], 4 * 100 * 5]);
});

test("playLoad() allows dropped messages", async () => {
  const run = await played(broken("drops"));
  assertEquals(run.violations, []);
  assert(run.lost > 0);
  assertEquals(run.lost, run.expected - run.received);
});

/** The verdict on some broken servers; others are in `verdicts_test.ts`. */
const FAULTS: [fault: string, Verdict, Partial<LoadSettings>][] = [
  ["drops", "conservation", { maxLost: 0.01 }],
  ["reorders", "one order", {}],
  ["stalls", "stalled", { timeout: 500 }],
];

test("playLoad() says that a server stalled which has served pings before", async () => {
  // So slow that the last ping overtakes messages that wait.
  const run = await played(broken("wearies"), { timeout: 2500 });
  assertEquals(verdicts(run), ["stalled"]);
});

for (const [fault, verdict, settings] of FAULTS) {
  test(`playLoad() says of a server that ${fault}: ${verdict}`, async () => {
    assertEquals(verdicts(await played(broken(fault), settings)), [verdict]);
  });
}
