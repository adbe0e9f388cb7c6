import { assert, assertEquals } from "@std/assert";
import { load, type LoadSettings } from "../../../lib/stresstest/load/load.ts";
import type {
  RunResult,
  Verdict,
} from "../../../lib/stresstest/load/result.ts";
import { broken, NEVER, OURS, start } from "../servers.ts";

const SETTINGS: LoadSettings = {
  rate: 5000,
  count: 1000,
  publishers: 2,
  subscribers: 4,
  talkers: 0,
  timed: 50,
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
  return await load(server, { ...SETTINGS, ...settings }, 0, { stop: NEVER });
}

function verdicts(run: RunResult): Verdict[] {
  return [...new Set(run.violations.map(({ verdict }) => verdict))];
}

Deno.test("load() our server loses nothing", async () => {
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

Deno.test("load() our server loses nothing of clients of every kind", async () => {
  const run = await played(OURS, {
    publishers: 1,
    subscribers: 2,
    talkers: 5,
    stuck: 2,
    churn: 3,
    body: { min: 4, max: 255 },
    maxLost: 0,
  });
  assertEquals(run.violations, []);
  assertEquals([run.sent, run.received, run.lost], [1000, 7000, 0]);
});

Deno.test("load() those who are not timed are checked like all", async () => {
  const run = await played(OURS, { subscribers: 40, timed: 3, maxLost: 0 });
  assertEquals([run.violations, run.received, run.lost], [[], 40_000, 0]);
  const timed = { subscribers: 2, timed: 1 };
  for (const [way, verdict] of [["damages", "damaged"], ["evicts", "died"]]) {
    const run = await played(broken(way!), timed);
    assertEquals(run.violations[0]?.verdict, verdict);
  }
});

Deno.test("load() a second run on the same server stands by itself", async () => {
  await using server = await start(OURS);
  for (const n of [0, 1]) {
    const run = await load(server, SETTINGS, n, { stop: NEVER });
    assertEquals([run.violations, run.lost], [[], 0]);
  }
});

Deno.test("load() tells its progress, and ends when it is stopped", async () => {
  await using server = await start(OURS);
  const stop = new AbortController();
  const run = await load(
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

Deno.test("load() dropping is legal", async () => {
  const run = await played(broken("drops"));
  assertEquals(run.violations, []);
  assert(run.lost > 0);
  assertEquals(run.lost, run.expected - run.received);
});

Deno.test("load() dropping more than may be lost is not", async () => {
  const run = await played(broken("drops"), { maxLost: 0.01 });
  assertEquals(verdicts(run), ["conservation"]);
});

Deno.test("load() finds damage", async () => {
  assertEquals(verdicts(await played(broken("damages"))), ["damaged"]);
});

Deno.test("load() finds a stream that is out of step", async () => {
  const run = await played(broken("desynchronises"), { timeout: 500 });
  assertEquals(run.violations[0]?.verdict, "damaged");
});

Deno.test("load() finds repetition", async () => {
  const run = await played(broken("duplicates"));
  assertEquals(verdicts(run), ["repeated"]);
  assertEquals(run.lost, 0);
});

Deno.test("load() finds clients that see different orders", async () => {
  const run = await played(broken("reorders"));
  assertEquals(verdicts(run), ["one order"]);
});

Deno.test("load() finds clients that see different orders, but no two of them", async () => {
  const run = await played(broken("circles"), {
    publishers: 150, // each sends one message, so its own order binds nothing
    subscribers: 3,
    count: 150,
  });
  assertEquals(verdicts(run), ["one order"]);
});

Deno.test("load() finds that a sender's order is not kept", async () => {
  const run = await played(broken("overtakes"), { publishers: 1 });
  assertEquals(verdicts(run), ["sender order"]);
});

Deno.test("load() finds that one stuck reader blocks all", async () => {
  const run = await played(broken("blocks"), {
    rate: 200_000,
    count: 100_000,
    publishers: 1,
    subscribers: 1,
    stuck: 1,
    body: { min: 255, max: 255 },
    timeout: 1000,
  });
  assertEquals(verdicts(run), ["hung"]);
});

Deno.test("load() finds that nothing comes any more", async () => {
  const run = await played(broken("hangs"), { timeout: 1000 });
  assertEquals(verdicts(run), ["hung"]);
});

Deno.test("load() finds that a client is not served from the beginning", async () => {
  const run = await played(broken("ignores"), { timeout: 500 });
  assertEquals(verdicts(run), ["hung"]);
  assertEquals(run.sent, 0);
});

Deno.test("load() finds that the server dies", async () => {
  const run = await played(broken("dies"));
  assertEquals(run.violations, [{
    verdict: "died",
    text: "the server ended with exit status 3",
  }]);
  assert(run.received > 0);
});

Deno.test("load() finds that a client is thrown out", async () => {
  const run = await played(broken("evicts"));
  assertEquals(verdicts(run), ["died"]);
});
