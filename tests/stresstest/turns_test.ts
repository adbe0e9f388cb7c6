import { assertEquals } from "@std/assert";
import type { RunResult } from "../../lib/stresstest/result.ts";
import {
  results,
  type Starting,
  takeTurns,
} from "../../lib/stresstest/turns.ts";
import { ANY_PORT, broken, NEVER, READY, target } from "./servers.ts";

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

Deno.test("takeTurns() deals the runs A B A B, with a server started for each turn", async () => {
  const { targets, log, starting, found } = setup();
  let opened = 0;
  let closed = 0;
  await takeTurns(targets, found, starting, () => {
    opened++;
    return { run: () => Promise.resolve(GOOD), close: () => closed++ };
  }, { repetitions: 3, turns: 2 });
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

Deno.test("takeTurns() a server that is lost has no more turns", async () => {
  const { targets, log, starting, found } = setup();
  await takeTurns(targets, found, starting, () => ({
    run: () => Promise.resolve(log.at(-1) === "sound 1" ? HUNG : GOOD),
    close() {},
  }), { repetitions: 2, turns: 2 });
  assertEquals(log, ["sound 1", "drops 1", "drops 2"]);
});

Deno.test("takeTurns() ends when it is stopped", async () => {
  const stop = new AbortController();
  const { targets, log, starting, found } = setup(stop.signal);
  await takeTurns(targets, found, starting, () => ({
    run() {
      stop.abort();
      return Promise.resolve(GOOD);
    },
    close() {},
  }), { repetitions: 4, turns: 2 });
  assertEquals(log, ["sound 1"]);
  assertEquals(found[0]?.runs.length, 1);
});
