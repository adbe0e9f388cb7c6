import { assert, assertEquals } from "@std/assert";
import { Reference } from "../../../lib/stresstest/load/reference.ts";
import type { ReferenceSettings } from "../../../lib/stresstest/load/settings.ts";
import type { RunResult } from "../../../lib/stresstest/load/result.ts";
import type { Socket } from "../../../lib/stresstest/target/connect.ts";
import type { ServerUnderTest } from "../../../lib/stresstest/target/server.ts";
import type { Verdict } from "../../../lib/stresstest/checks/violations.ts";
import { broken, NEVER, OURS, start } from "../servers.ts";
import { REFERENCE } from "../settings.ts";
import { test } from "../../support/test.ts";

async function played(
  command: string,
  settings: Partial<ReferenceSettings> = {},
): Promise<RunResult> {
  await using server = await start(command);
  using reference = new Reference(server, { ...REFERENCE, ...settings });
  return await reference.repetition({ stop: NEVER });
}

function verdicts(run: RunResult): Verdict[] {
  return [...new Set(run.violations.map(({ verdict }) => verdict))];
}

test("Reference.repetition() our server loses nothing in several repetitions", async () => {
  await using server = await start(OURS);
  using reference = new Reference(server, {
    ...REFERENCE,
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

test("Reference.repetition() gives up a dropped message after three ticks", async () => {
  const run = await played(broken("drops"), { messages: 30 });
  assertEquals(run.violations, []);
  assert(run.lost > 0);
  assertEquals(run.sent, 60);
});

/** The verdict on each broken server, and the settings that show its fault. */
const FAULTS: [fault: string, Verdict, Partial<ReferenceSettings>][] = [
  ["drops", "conservation", { messages: 30, maxLost: 0 }],
  ["damages", "damaged", { messages: 30 }],
  ["duplicates", "repeated", {}],
  ["reorders", "one order", { publishers: 4 }],
  ["stalls", "stalled", { timeout: 1000 }],
  ["dies", "died", {}],
  ["shuts", "died", {}],
  // The ticks of the clock are delivered all the time.
  ["ticks", "stalled", { timeout: 500, tick: 20 }],
];

for (const [fault, verdict, settings] of FAULTS) {
  test(`Reference.repetition() says of a server that ${fault}: ${verdict}`, async () => {
    assertEquals(verdicts(await played(broken(fault), settings)), [verdict]);
  });
}

test("Reference.repetition() ignores a subscriber whose id does not come back", async () => {
  const run = await played(broken("ignores"), { messages: 10 });
  assertEquals(run.violations, []);
  assertEquals([run.expected, run.received, run.lost], [60, 50, 10]);
});

test("Reference.repetition() ends when it is stopped", async () => {
  await using server = await start(OURS);
  using reference = new Reference(server, {
    ...REFERENCE,
    tick: 1000,
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

test("Reference has a clock and publishers that read what they are sent", async () => {
  await using server = await start(OURS);
  const read = new Map<Socket, number>();
  const watched: ServerUnderTest = {
    nodes: server.nodes,
    pids: [],
    ended: server.ended,
    nodeOf: () => server.nodes[0]!,
    accepts: () => server.accepts(),
    async connect() {
      const socket = await server.connect();
      read.set(socket, 0);
      const count = socket.read.bind(socket);
      socket.read = async (buffer) => {
        const bytes = await count(buffer);
        read.set(socket, read.get(socket)! + (bytes ?? 0));
        return bytes;
      };
      return socket;
    },
  };
  const settings = { ...REFERENCE, tick: 1000, messages: 20 };
  using reference = new Reference(watched, settings);
  const run = await reference.repetition({ stop: NEVER });
  assertEquals(run.violations, []);
  const { publishers, subscribers } = settings;
  assertEquals(read.size, 1 + publishers * (subscribers + 1));
  for (const bytes of read.values()) assert(bytes > 100, `${bytes}`);
});
