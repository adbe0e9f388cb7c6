import { assert, assertEquals } from "@std/assert";
import {
  Reference,
  type ReferenceSettings,
} from "../../../lib/stresstest/load/reference.ts";
import type {
  RunResult,
  Verdict,
} from "../../../lib/stresstest/load/result.ts";
import { broken, NEVER, OURS, start } from "../servers.ts";

/** The clock ticks fast, so that what a server drops is soon given up. */
const SETTINGS: ReferenceSettings = {
  publishers: 2,
  subscribers: 3,
  messages: 200,
  tick: 50,
  timeout: 20_000,
  maxLost: 1,
};

async function played(
  command: string,
  settings: Partial<ReferenceSettings> = {},
): Promise<RunResult> {
  await using server = await start(command);
  using reference = await Reference.open(server, { ...SETTINGS, ...settings });
  return await reference.repetition({ stop: NEVER });
}

function verdicts(run: RunResult): Verdict[] {
  return [...new Set(run.violations.map(({ verdict }) => verdict))];
}

Deno.test("Reference.repetition() our server loses nothing, time after time", async () => {
  await using server = await start(OURS);
  using reference = await Reference.open(server, {
    ...SETTINGS,
    tick: 1000,
    messages: 500,
    maxLost: 0,
  });
  for (let n = 0; n < 3; n++) {
    const run = await reference.repetition({ stop: NEVER });
    assertEquals(run.violations, []);
    assertEquals([run.sent, run.expected, run.received, run.lost], [
      1000,
      3000,
      3000,
      0,
    ]);
    assertEquals(run.offeredRate, null);
  }
});

Deno.test("Reference.repetition() what is dropped is given up after three ticks", async () => {
  const run = await played(broken("drops"), { messages: 30 });
  assertEquals(run.violations, []);
  assert(run.lost > 0);
  assertEquals(run.sent, 60);
});

Deno.test("Reference.repetition() dropping more than may be lost is not legal", async () => {
  const run = await played(broken("drops"), { messages: 30, maxLost: 0 });
  assertEquals(verdicts(run), ["conservation"]);
});

Deno.test("Reference.repetition() a subscriber whose id does not come back does not count", async () => {
  const run = await played(broken("ignores"), { messages: 10 });
  assertEquals(run.violations, []);
  assertEquals([run.expected, run.received, run.lost], [60, 50, 10]);
});

Deno.test("Reference.repetition() finds damage", async () => {
  const run = await played(broken("damages"), { messages: 30 });
  assertEquals(verdicts(run), ["damaged"]);
});

Deno.test("Reference.repetition() finds repetition", async () => {
  assertEquals(verdicts(await played(broken("duplicates"))), ["repeated"]);
});

Deno.test("Reference.repetition() finds clients that see different orders", async () => {
  const run = await played(broken("reorders"), { publishers: 4 });
  assertEquals(verdicts(run), ["one order"]);
});

Deno.test("Reference.repetition() finds that nothing comes any more", async () => {
  const run = await played(broken("hangs"), { timeout: 1000 });
  assertEquals(verdicts(run), ["hung"]);
});

Deno.test("Reference.repetition() finds that the server dies", async () => {
  const run = await played(broken("dies"));
  assertEquals(verdicts(run), ["died"]);
});

Deno.test("Reference.repetition() ends when it is stopped", async () => {
  await using server = await start(OURS);
  using reference = await Reference.open(server, {
    ...SETTINGS,
    messages: 1_000_000,
  });
  const stop = new AbortController();
  const run = await reference.repetition({
    stop: stop.signal,
    onProgress: (done) => done > 0 && stop.abort(),
  });
  assert(run.sent > 0 && run.sent < 1_000_000);
  assertEquals([run.violations, run.lost], [[], 0]);
});
