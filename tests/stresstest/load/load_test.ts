import { assert, assertEquals, assertMatch } from "@std/assert";
import { playLoad } from "../../../lib/stresstest/load/load.ts";
import type { LoadSettings } from "../../../lib/stresstest/load/settings.ts";
import type { RunResult } from "../../../lib/stresstest/load/result.ts";
import type { Verdict } from "../../../lib/stresstest/checks/violations.ts";
import { broken, NEVER, OURS, start } from "../servers.ts";
import { test } from "../../support/test.ts";

const SETTINGS: LoadSettings = {
  rate: 5000,
  count: 1000,
  publishers: 2,
  subscribers: 4,
  participants: 0,
  sampled: 50,
  stuck: 0,
  churn: 0,
  body: { min: 64, max: 64 },
  timeout: 20_000,
  maxLost: 1,
};

/** Plays one load against a server that is started for it. */
async function played(
  command: string,
  settings: Partial<LoadSettings> = {},
): Promise<RunResult> {
  await using server = await start(command);
  return await playLoad(server, { ...SETTINGS, ...settings }, 0, {
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
    const run = await playLoad(server, SETTINGS, n, { stop: NEVER });
    assertEquals([run.violations, run.lost], [[], 0]);
  }
});

test("playLoad() reports its progress, and ends when it is stopped", async () => {
  await using server = await start(OURS);
  const stop = new AbortController();
  const run = await playLoad(
    server,
    { ...SETTINGS, count: 1_000_000, maxLost: 0 },
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

test("playLoad() allows dropped messages", async () => {
  const run = await played(broken("drops"));
  assertEquals(run.violations, []);
  assert(run.lost > 0);
  assertEquals(run.lost, run.expected - run.received);
});

/** The verdict on each broken server, and the load that shows its fault. */
const FAULTS: [fault: string, Verdict, Partial<LoadSettings>][] = [
  ["drops", "conservation", { maxLost: 0.01 }],
  ["damages", "damaged", {}],
  ["duplicates", "repeated", {}],
  ["reorders", "one order", {}],
  // Each publisher sends one message, so that its own order binds nothing.
  ["circles", "one order", { publishers: 150, subscribers: 3, count: 150 }],
  ["overtakes", "sender order", { publishers: 1 }],
  ["blocks", "stalled", {
    rate: 200_000,
    count: 100_000,
    publishers: 1,
    subscribers: 1,
    stuck: 1,
    body: { min: 255, max: 255 },
    timeout: 1000,
  }],
  ["stalls", "stalled", { timeout: 1000 }],
  ["evicts", "cut", {}],
];

for (const [fault, verdict, settings] of FAULTS) {
  test(`playLoad() says of a server that ${fault}: ${verdict}`, async () => {
    assertEquals(verdicts(await played(broken(fault), settings)), [verdict]);
  });
}

test("playLoad() finds a stream with wrong frame boundaries", async () => {
  const run = await played(broken("desynchronises"), { timeout: 500 });
  assertEquals(run.violations[0]?.verdict, "damaged");
});

test("playLoad() finds a client that is never served", async () => {
  const run = await played(broken("ignores"), { timeout: 500 });
  assertEquals(verdicts(run), ["stalled"]);
  assertEquals(run.sent, 0);
});

test("playLoad() finds a server that dies", async () => {
  const run = await played(broken("dies"));
  assertEquals(verdicts(run), ["died"]);
  assertMatch(
    run.violations[0]!.text,
    /^the server ended with exit status 3 after [\d,]+ of 1,000 messages were sent; its last line: out of luck$/,
  );
  assert(run.received > 0);
});

test("playLoad() says of a server that dies while clients connect only that", async () => {
  const run = await played(broken("shuts"), { maxLost: 0 });
  assertEquals(run.violations, [{
    verdict: "died",
    text:
      "the server ended with exit status 4 while clients connected; its last line: no more",
  }]);
});
