/**
 * The tester under test: servers with one fault each, and the verdict that each gets.
 * The README has the same table.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { encode } from "@zillions/server/frame";
import { playLoad } from "../../lib/stresstest/load/load.ts";
import { Reference } from "../../lib/stresstest/load/reference.ts";
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import {
  emptyResults,
  playRound,
  type RoundsOptions,
} from "../../lib/stresstest/load/rounds.ts";
import type {
  LoadSettings,
  ReferenceSettings,
} from "../../lib/stresstest/load/settings.ts";
import { METRICS } from "../../lib/stresstest/report/metrics.ts";
import { summary } from "../../lib/stresstest/report/summary.ts";
import { Server } from "../../lib/stresstest/target/server.ts";
import { StartError } from "../../lib/stresstest/target/start_error.ts";
import { UsageMonitor } from "../../lib/stresstest/target/usage_monitor.ts";
import {
  ANY_PORT,
  broken,
  NEVER,
  OURS,
  READY,
  start,
  target,
} from "./servers.ts";
import { LOAD, REFERENCE as PATIENT_REFERENCE } from "./settings.ts";
import { fixture } from "./report/report_fixture.ts";
import { test } from "../support/test.ts";

const REFERENCE: ReferenceSettings = {
  ...PATIENT_REFERENCE,
  messages: 20,
  tick: 20,
  timeout: 500,
};

/** A row of the table. */
interface Row {
  server: string;
  verdict: string;
  ignore?: boolean;
  fn: () => Promise<void>;
}

const linux = Deno.build.os === "linux";

/** A load against a server with `fault`. */
async function load(
  fault: string,
  settings: Partial<LoadSettings> = {},
): Promise<RunResult> {
  await using server = await start(broken(fault));
  return await playLoad(server, { ...LOAD, ...settings }, 0, { stop: NEVER });
}

/** Whether a load gets this verdict alone, with a text of this pattern. */
async function assertFails(
  fault: string,
  verdict: string,
  text: RegExp,
  settings: Partial<LoadSettings> = {},
): Promise<void> {
  const { violations } = await load(fault, settings);
  const verdicts = new Set(violations.map(({ verdict }) => verdict));
  assertEquals([...verdicts], [verdict]);
  assertMatch(violations[0]!.text, text);
}

/** Why a server cannot be tested. */
async function refusal(
  fault: string,
  { timeout = READY, port = 0 } = {},
): Promise<string> {
  try {
    await using _server = await Server.start(target(broken(fault)), {
      addresses: [{ ...ANY_PORT, port }],
      readyTimeout: timeout,
      stop: NEVER,
    });
  } catch (error) {
    if (error instanceof StartError) return error.message;
    throw error;
  }
  throw new Error(`${fault} started`);
}

/** One run in a round, after which the server is stopped. */
async function round(fault: string) {
  const [result] = emptyResults([target(broken(fault))]);
  const options: RoundsOptions = {
    addresses: [ANY_PORT],
    readyTimeout: READY,
    warmUp: 0,
    stop: NEVER,
    onBegin: () => () => {},
    onRun() {},
    onStderr() {},
  };
  const settings = { ...LOAD, count: 10 };
  await playRound(target(broken(fault)), result!, options, (server) => ({
    run: (runOptions) => playLoad(server, settings, 0, runOptions),
    close() {},
  }), 1);
  assertEquals(result!.runs.map(({ violations }) => violations), [[]]);
  return result!;
}

const ROWS: Row[] = [
  {
    server:
      "swaps two messages of different senders for one client, once in 1,000",
    verdict: "`one order`, with both clients and messages",
    fn: () =>
      assertFails(
        "swaps",
        "one order",
        /^client (\d) received (message \d+ of sender [12]) before (message \d+ of sender [12]); client (?!\1)\d received \3 before \2$/,
        { rate: 20_000, count: 10_000 },
      ),
  },
  {
    server:
      "sends three clients three messages in three orders, no two of which contradict",
    verdict: "`one order`",
    fn: () =>
      assertFails("circles", "one order", /; .*; /, {
        publishers: 150,
        subscribers: 3,
        count: 150,
      }),
  },
  {
    server: "swaps two messages of one sender for all",
    verdict: "`sender order`",
    fn: () =>
      assertFails(
        "overtakes",
        "sender order",
        /^client \d received message \d+ of sender 1 after message \d+ of sender 1$/,
        { publishers: 1 },
      ),
  },
  {
    server: "repeats one message",
    verdict: "`repeated`",
    fn: () =>
      assertFails(
        "repeats",
        "repeated",
        /received message \d+ of sender \d again/,
      ),
  },
  {
    server: "leaves one message out for one client",
    verdict: "passes, one lost; `conservation` with `--max-lost 0`",
    async fn() {
      const { violations, lost } = await load("omits");
      assertEquals([violations, lost], [[], 1]);
      await assertFails(
        "omits",
        "conservation",
        /^client \d received 999 of 1000 /,
        {
          maxLost: 0,
        },
      );
    },
  },
  {
    server: "cuts a body",
    verdict: "`damaged`",
    fn: () => assertFails("cuts", "damaged", /a message nobody sent: 63 bytes/),
  },
  {
    server: "cuts a frame but not its header",
    verdict: "`damaged`",
    async fn() {
      const { violations } = await load("desynchronises", { timeout: 500 });
      assertEquals(violations[0]?.verdict, "damaged");
    },
  },
  {
    server: "changes a byte",
    verdict: "`damaged`",
    fn: () =>
      assertFails("damages", "damaged", /a message nobody sent: 64 bytes/),
  },
  {
    server: "joins two frames",
    verdict: "`damaged`",
    fn: () =>
      assertFails("joins", "damaged", /a message nobody sent: 128 bytes/),
  },
  {
    server: "sends a message that nobody sent",
    verdict: "`damaged`",
    fn: () =>
      assertFails(
        "invents",
        "damaged",
        /a message nobody sent: 5 bytes, 68 65 6c 6c 6f$/,
      ),
  },
  {
    server: "does not send to the sender",
    verdict: "`conservation`, which names the pattern",
    fn: () =>
      assertFails(
        "withholds",
        "conservation",
        /: the server does not send to the sender$/,
        { publishers: 0, subscribers: 1, participants: 4 },
      ),
  },
  {
    server: "dies after a number of messages",
    verdict: "`died`: when, exit code, last line",
    async fn() {
      await assertFails(
        "dies",
        "died",
        /^the server ended with exit status 3 after [\d,]+ of 1,000 messages were sent; its last line: out of luck$/,
      );
      const run = await load("dies");
      // It has cut its clients, but what they missed counts as lost.
      assertEquals(run.expected, 4 * run.sent);
      assertEquals(run.lost, run.expected - run.received);
    },
  },
  {
    server: "dies while clients connect",
    verdict: "`died`: when, exit code, last line",
    fn: () =>
      assertFails(
        "shuts",
        "died",
        /^the server ended with exit status 4 while clients connected; its last line: no more$/,
        { maxLost: 0 },
      ),
  },
  {
    server: "dies before the ready line",
    verdict: "error: when, exit code, last line",
    async fn() {
      assertEquals(
        await refusal("fails"),
        'Cannot test fails: it ended with exit status 7 before it printed "listening on"; its last line: cannot go on',
      );
    },
  },
  {
    server: "prints the ready line late",
    verdict: "passes",
    async fn() {
      assertEquals((await load("late")).violations, []);
    },
  },
  {
    server: "never prints the ready line",
    verdict: "error, after `--ready-timeout`",
    async fn() {
      assertEquals(
        await refusal("silent", { timeout: 500 }),
        'Cannot test silent: it printed no line "listening on" to standard output within 0.5 s',
      );
    },
  },
  {
    server: "prints the ready line twice",
    verdict: "passes, with a note",
    async fn() {
      assertEquals((await round("twice")).remarks, [
        'printed "listening on" 2 times',
      ]);
    },
  },
  {
    server: "listens on another port",
    verdict: "error, with the line it printed",
    async fn() {
      using taken = Deno.listen(ANY_PORT);
      const { port } = taken.addr;
      taken.close();
      assertMatch(
        await refusal("elsewhere", { port }),
        /^Cannot test elsewhere at 127\.0\.0\.1:\d+, which printed "listening on 127\.0\.0\.1:\d+": it refuses connections$/,
      );
    },
  },
  {
    server: "stops reading for ever",
    verdict: "`stalled`, within `--timeout`",
    fn: () => assertFails("stops", "stalled", /for 0\.5 s/, { timeout: 500 }),
  },
  {
    server: "never accepts a client",
    verdict: "`stalled`, within `--timeout`",
    ignore: !linux, // others queue more
    async fn() {
      const text = /^the server did not accept a connection for 0\.5 s$/;
      await assertFails("deaf", "stalled", text, { timeout: 500 });
      await using server = await start(broken("deaf"));
      using reference = new Reference(server, REFERENCE);
      const { violations } = await reference.repetition({ stop: NEVER });
      assertEquals(violations.map(({ verdict }) => verdict), ["stalled"]);
    },
  },
  {
    server: "waits for the slowest client",
    verdict: "`stalled`, with `--stuck`",
    fn: () =>
      assertFails("blocks", "stalled", /for 2 s/, {
        rate: 200_000,
        count: 200_000, // more bytes than the buffers of two sockets can take
        publishers: 1,
        subscribers: 1,
        stuck: 1,
        body: { min: 255, max: 255 },
        timeout: 2000,
      }),
  },
  {
    server: "delivers nothing but ticks",
    verdict: "`stalled`, within `--timeout`",
    async fn() {
      await using server = await start(broken("ticks"));
      using reference = new Reference(server, REFERENCE);
      const { violations } = await reference.repetition({ stop: NEVER });
      assertEquals(violations, [{
        verdict: "stalled",
        text: "nothing was delivered for 0.5 s though messages were sent",
      }]);
    },
  },
  {
    server: "never serves one client",
    verdict: "`stalled`, which names it",
    fn: () =>
      assertFails("ignores", "stalled", /^client \d received nothing/, {
        timeout: 500,
      }),
  },
  {
    server: "ends the connection of a client that is idle",
    verdict: "passes, counted apart from loss",
    async fn() {
      const run = await load("tidies", { rate: 0.6, count: 2 });
      assertEquals([run.violations, run.lost], [[], 0]);
      assertEquals([run.cuts?.clients, run.expected], [1, 7]);
    },
  },
  {
    server: "ends the connection of a client that is stuck",
    verdict: "passes, counted apart from loss",
    async fn() {
      const run = await load("sheds", {
        rate: 10_000,
        count: 60_000, // more than the buffers take, and for longer than it may be stuck
        subscribers: 1,
        stuck: 1,
        body: { min: 255, max: 255 },
      });
      assertEquals([run.violations, run.lost, run.cuts?.clients], [[], 0, 1]);
    },
  },
  {
    server: "ends the connection of a client that is neither",
    verdict: "`cut`",
    fn: () => assertFails("evicts", "cut", /of client \d, which was not idle$/),
  },
  {
    server: "delays every message by 100 ms, in order",
    verdict: "passes; p50 and p99 are 100 ms more, within 5 %",
    async fn() {
      await using sound = await start(broken("sound"));
      await using late = await start(broken("delays"));
      const settings = { ...LOAD, rate: 200, count: 20 };
      // The least p50 and p99 of some short runs, as the machine delays messages, too.
      const least = { sound: [Infinity, Infinity], late: [Infinity, Infinity] };
      let more: number[] = [];
      for (let n = 0; n < 50; n++) {
        for (const [name, server] of Object.entries({ sound, late })) {
          const run = await playLoad(server, settings, n, { stop: NEVER });
          assertEquals([run.violations, run.lost], [[], 0]);
          const { p50Microseconds, p99Microseconds } = run.latency!;
          const best = least[name as keyof typeof least];
          best[0] = Math.min(best[0]!, p50Microseconds);
          best[1] = Math.min(best[1]!, p99Microseconds);
        }
        more = least.late.map((each, at) => each - least.sound[at]!);
        if (more.every((each) => each >= 95_000 && each <= 105_000)) return;
      }
      throw new Error(`p50 and p99 are ${more.join(" and ")} µs more`);
    },
  },
  {
    server: "takes 5 ms for each delivery",
    verdict: "passes; a note that the tester stopped waiting",
    async fn() {
      const run = await load("plods", {
        rate: 200_000,
        count: 60_000,
        publishers: 1,
        subscribers: 2,
        body: { min: 255, max: 255 },
        timeout: 700,
      });
      assertEquals(run.violations, []);
      const { unsent, undelivered } = run.unfinished!;
      assertEquals([unsent + run.sent, undelivered], [60_000, run.lost]);
      assert(unsent > 0 && undelivered > 0);
    },
  },
  {
    server: "grows by 1 MiB a second",
    verdict: "passes; the memory line shows the slope",
    ignore: !linux,
    async fn() {
      await using server = await start(broken("grows"));
      const growth = METRICS.find(({ name }) => name === "memory growth")!;
      const settings = { ...LOAD, rate: 100, count: 250 };
      // In its first runs the server grows by what its runtime takes, too.
      const slopes: number[] = [];
      for (let n = 0; n < 6; n++) {
        const run = await playLoad(server, settings, n, { stop: NEVER });
        assertEquals(run.violations, []);
        const slope = growth.of(run)!;
        slopes.push(slope);
        if (n === 0 || slope < 0.7e6 || slope > 1.5e6) continue;
        const report = fixture({ servers: 1, runs: 1 });
        report.servers[0]!.runs = [run];
        assertMatch(
          summary(report),
          new RegExp(`memory growth +${growth.format(slope)}\n`),
        );
        return;
      }
      throw new Error(slopes.map(growth.format).join(", "));
    },
  },
  {
    server: "works in a child",
    verdict: "CPU and memory are the child's, too",
    ignore: !linux,
    async fn() {
      const shell = `sh -c '${OURS.replaceAll("'", "")} "$0" & wait'`;
      await using server = await start(shell);
      using usage = UsageMonitor.start(server.pids)!;
      using client = await server.connect();
      const before = usage.summary(1).cpuSeconds;
      const frame = encode("work");
      while (usage.summary(1).cpuSeconds === before) {
        for (let n = 0; n < 100; n++) await client.write(frame);
      }
      assert(usage.summary(1).endMemoryBytes > 10 * 2 ** 20);
    },
  },
  {
    server: "ignores SIGTERM",
    verdict: "fails: it is killed, and the report says so",
    ignore: Deno.build.os === "windows",
    async fn() {
      const { killed, remarks } = await round("stubborn");
      assertEquals([killed, remarks], [true, [
        "ignored SIGTERM and was killed",
      ]]);
    },
  },
];

for (const { server, verdict, ignore = false, fn } of ROWS) {
  test({
    name: `a server that ${server}: ${verdict.replaceAll("`", "")}`,
    ignore,
    fn,
  });
}

test("the README has the table of broken servers", async () => {
  const readme = await Deno.readTextFile(
    new URL("../../lib/stresstest/README.md", import.meta.url),
  );
  const rows = [...readme.matchAll(/^\| (.*?) +\| (.*?) +\|$/gm)]
    .map(([, server, verdict]) => `${server} | ${verdict}`);
  const first = rows.findIndex((row) => row.startsWith("a server that"));
  assertEquals(
    rows.slice(first + 2, first + 2 + ROWS.length),
    ROWS.map(({ server, verdict }) => `${server} | ${verdict}`),
  );
});
