import { assert, assertEquals } from "@std/assert";
import type {
  RunResult,
  Violation,
} from "../../../lib/stresstest/load/result.ts";
import { Climb, follows, sweep } from "../../../lib/stresstest/load/sweep.ts";
import { results } from "../../../lib/stresstest/load/rounds.ts";
import { ANY_PORT, broken, NEVER, OURS, READY, target } from "../servers.ts";

/** A run of ten seconds, as good as it gets unless said otherwise. */
function result(parts: Partial<RunResult> = {}): RunResult {
  return {
    offeredRate: 1000,
    seconds: 10,
    sent: 10_000,
    expected: 10_000,
    received: 10_000,
    lost: 0,
    deliveriesPerSecond: 1000,
    latency: null,
    generator: {
      slipP99Microseconds: 0,
      slipMaxMicroseconds: 0,
      cpuSeconds: 1,
      bottleneck: false,
    },
    server: null,
    violations: [],
    ...parts,
  };
}

const LATE = result({ seconds: 11 });
const died: Violation = { verdict: "died", text: "" };

/** The rates that are tried of a server that follows up to `limit`. */
function climbed(
  first: number,
  limit: number,
): { tried: number[]; knee: number | null } {
  const climb = new Climb(first);
  const tried = [];
  for (let rate; (rate = climb.next) !== undefined;) {
    tried.push(rate);
    climb.take(rate <= limit ? result() : LATE, 10);
  }
  return { tried, knee: climb.knee };
}

Deno.test("follows() a server follows that loses next to nothing and is in time", () => {
  assert(follows(result({ lost: 10, seconds: 10.5 }), 10));
  assert(!follows(result({ lost: 11 }), 10));
  assert(!follows(result({ seconds: 10.6 }), 10));
  assert(!follows(result({ violations: [died] }), 10));
  assert(follows(result({ seconds: 1.1 }), 1));
});

Deno.test("Climb doubles the rate, then closes in on the knee", () => {
  assertEquals(climbed(1000, 5000), {
    tried: [1000, 2000, 4000, 8000, 5657, 4757],
    knee: 4757,
  });
});

Deno.test("Climb goes down from a rate that is too high already", () => {
  assertEquals(climbed(1000, 300), {
    tried: [1000, 500, 250, 354, 297],
    knee: 297,
  });
  assertEquals(climbed(4, 0), { tried: [4, 2, 1], knee: null });
});

Deno.test("Climb ends where the tester cannot follow, or the server is lost", () => {
  const limited = new Climb(1000);
  limited.take(result(), 10);
  limited.take(
    result({
      seconds: 20,
      generator: { ...LATE.generator, bottleneck: true },
    }),
    10,
  );
  assertEquals([limited.next, limited.knee], [undefined, 1000]);

  const lost = new Climb(1000);
  lost.take(result({ violations: [died] }), 10);
  assertEquals([lost.next, lost.knee], [undefined, null]);
});

Deno.test("sweep() climbs with each server in turn", async () => {
  const names: string[] = [];
  const targets = [target(OURS), target(broken("dies"))];
  const found = results(targets);
  const stop = new AbortController();
  await sweep(targets, found, {
    address: ANY_PORT,
    readyTimeout: READY,
    stop: stop.signal,
    onBegin: () => () => {},
    onRun(name) {
      names.push(name);
      if (names.length === 3) stop.abort();
    },
    onStderr: (_, text) => assertEquals(text, "out of luck\n"),
  }, {
    rate: 1000,
    count: 0,
    duration: 0.5,
    publishers: 1,
    subscribers: 2,
    talkers: 0,
    timed: 50,
    stuck: 0,
    churn: 0,
    body: { min: 16, max: 16 },
    timeout: 20_000,
    maxLost: 1,
  });
  assertEquals(names, ["main.ts", "dies", "main.ts"]);
  const [ours, dies] = found.map(({ runs }) => runs);
  assertEquals(ours?.map(({ sent, lost }) => [sent, lost])[0], [500, 0]);
  assertEquals(dies?.[0]?.violations[0]?.verdict, "died");
  assert(!NEVER.aborted);
});
