import { assertEquals } from "@std/assert";
import type { RunResult } from "../../../lib/stresstest/load/result.ts";
import {
  emptyResults,
  playRounds,
  type RoundsOptions,
} from "../../../lib/stresstest/load/rounds.ts";
import { ANY_PORT, broken, NEVER, READY, target } from "../servers.ts";
import { test } from "../../support/test.ts";

function setup(stop = NEVER) {
  const targets = [target(broken("sound")), target(broken("drops"))];
  const log: string[] = [];
  const options: RoundsOptions = {
    addresses: [ANY_PORT],
    readyTimeout: READY,
    warmUp: 0,
    stop,
    onBegin(name, run) {
      log.push(`${name} ${run}`);
      return () => {};
    },
    onRun() {},
    onStderr() {},
  };
  return { targets, log, options, found: emptyResults(targets) };
}

const GOOD = { violations: [] } as unknown as RunResult;
const STALLED = {
  violations: [{ verdict: "stalled", text: "" }],
} as unknown as RunResult;

test("playRounds() plays the runs A B A B, and starts a server for each round", async () => {
  const { targets, log, options, found } = setup();
  let opened = 0;
  let closed = 0;
  await playRounds(targets, found, options, () => {
    opened++;
    return { run: () => Promise.resolve(GOOD), close: () => closed++ };
  }, { repetitions: 3, rounds: 2 });
  assertEquals(log, [
    "sound 1",
    "drops 1",
    "sound 2",
    "sound 3",
    "drops 2",
    "drops 3",
  ]);
  assertEquals([opened, closed], [4, 4]);
  assertEquals(found.map(({ runs }) => runs.length), [3, 3]);
});

test("playRounds() plays no more rounds with a server that failed", async () => {
  const { targets, log, options, found } = setup();
  await playRounds(targets, found, options, () => ({
    run: () => Promise.resolve(log.at(-1) === "sound 1" ? STALLED : GOOD),
    close() {},
  }), { repetitions: 2, rounds: 2 });
  assertEquals(log, ["sound 1", "drops 1", "drops 2"]);
});

test("playRounds() ends when it is stopped", async () => {
  const stop = new AbortController();
  const { targets, log, options, found } = setup(stop.signal);
  await playRounds(targets, found, options, () => ({
    run() {
      stop.abort();
      return Promise.resolve(GOOD);
    },
    close() {},
  }), { repetitions: 4, rounds: 2 });
  assertEquals(log, ["sound 1"]);
  assertEquals(found[0]?.runs.length, 1);
});

test("playRounds() counts no warm-up, unless it fails", async () => {
  const { targets, log, options, found } = setup();
  const play = (warm: RunResult) =>
    playRounds(targets.slice(0, 1), found, { ...options, warmUp: 1 }, () => ({
      run: () => Promise.resolve(log.at(-1) === "sound 0" ? warm : GOOD),
      close() {},
    }), { repetitions: 2, rounds: 2 });
  await play(GOOD);
  assertEquals(log, ["sound 0", "sound 1", "sound 0", "sound 2"]);
  assertEquals(found[0]!.runs.length, 2);
  await play(STALLED);
  assertEquals(log.length, 5);
  assertEquals(found[0]!.runs.at(-1), STALLED);
});
