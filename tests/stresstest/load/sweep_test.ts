import { assertEquals } from "@std/assert";
import { emptyResults } from "../../../lib/stresstest/load/rounds.ts";
import { sweep } from "../../../lib/stresstest/load/sweep.ts";
import { ANY_PORT, broken, OURS, READY, target } from "../servers.ts";
import { test } from "../../support/test.ts";

test("sweep() plays a rate with each server in turn", async () => {
  const names: string[] = [];
  const targets = [target(OURS), target(broken("dies"))];
  const found = emptyResults(targets);
  const stop = new AbortController();
  await sweep(targets, found, {
    addresses: [ANY_PORT],
    readyTimeout: READY,
    warmUp: 0,
    stop: stop.signal,
    onBegin: () => () => {},
    onRun(name) {
      names.push(name);
      if (names.length === 3) stop.abort();
    },
    onStderr: (_, text) => assertEquals(text, "out of luck\n"),
  }, {
    rate: 1000,
    duration: 0.2,
    publishers: 1,
    subscribers: 2,
    participants: 0,
    sampled: 50,
    stuck: 0,
    churn: 0,
    body: { min: 16, max: 16 },
    timeout: 20_000,
    maxLost: 1,
  });
  assertEquals(names, ["main.ts", "dies", "main.ts"]);
  const [ours, dies] = found.map(({ runs }) => runs);
  assertEquals(ours?.map(({ sent, lost }) => [sent, lost])[0], [200, 0]);
  assertEquals(dies?.[0]?.violations[0]?.verdict, "died");
});
