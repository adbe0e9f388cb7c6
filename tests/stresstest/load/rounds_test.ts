import { assertEquals } from "@std/assert";
import type { RunResult } from "../../../lib/stresstest/load/result.ts";
import {
  playRounds,
  results,
  type Starting,
} from "../../../lib/stresstest/load/rounds.ts";
import { ANY_PORT, broken, NEVER, READY, target } from "../servers.ts";

function setup(stop = NEVER) {
  const targets = [target(broken("sound")), target(broken("drops"))];
  const log: string[] = [];
  const starting: Starting = {
    address: ANY_PORT,
    readyTimeout: READY,
    stop,
    onBegin(name, run) {
      log.push(`${name} ${run}`);
      return () => {};
    },
    onRun() {},
    onStderr() {},
  };
  return { targets, log, starting, found: results(targets) };
}

const GOOD = { violations: [] } as unknown as RunResult;
const HUNG = {
  violations: [{ verdict: "hung", text: "" }],
} as unknown as RunResult;

Deno.test("playRounds() deals the runs A B A B, with a server started for each round", async () => {
  const { targets, log, starting, found } = setup();
  let opened = 0;
  let closed = 0;
  await playRounds(targets, found, starting, () => {
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

Deno.test("playRounds() a server that is lost has no more rounds", async () => {
  const { targets, log, starting, found } = setup();
  await playRounds(targets, found, starting, () => ({
    run: () => Promise.resolve(log.at(-1) === "sound 1" ? HUNG : GOOD),
    close() {},
  }), { repetitions: 2, rounds: 2 });
  assertEquals(log, ["sound 1", "drops 1", "drops 2"]);
});

Deno.test("playRounds() ends when it is stopped", async () => {
  const stop = new AbortController();
  const { targets, log, starting, found } = setup(stop.signal);
  await playRounds(targets, found, starting, () => ({
    run() {
      stop.abort();
      return Promise.resolve(GOOD);
    },
    close() {},
  }), { repetitions: 4, rounds: 2 });
  assertEquals(log, ["sound 1"]);
  assertEquals(found[0]?.runs.length, 1);
});
