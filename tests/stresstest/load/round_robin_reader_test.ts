import { assert, assertEquals } from "@std/assert";
import { RoundRobinReader } from "../../../lib/stresstest/load/round_robin_reader.ts";
import { inTime } from "../../support/eventually.ts";
import { isPending } from "../../support/jitter.ts";
import { FakeClock } from "../../support/clock.ts";
import { test } from "../../support/test.ts";

const SIZE = 30;

/** Enough for a read from each client, in milliseconds. */
const PERIOD = 201;

/** A reader of clients whose sockets always have something to read. */
function setup(options: { bytesPerSecond?: number; ready?: () => boolean }) {
  const clock = new FakeClock();
  const reader = new RoundRobinReader({
    size: SIZE,
    bytesPerSecond: 100_000,
    ready: () => true,
    ...options,
  }, () => clock.now());
  const read: number[] = [];
  const sources = Array.from({ length: SIZE }, (_, client) =>
    reader.source({
      read() {
        read.push(client);
        return Promise.resolve(1);
      },
    }, client));
  const readAll = () =>
    Promise.all(sources.map((source) => source.read(new Uint8Array(1))));
  return { clock, reader, read, readAll };
}

const CLIENTS = Array.from({ length: SIZE }, (_, client) => client);

test("RoundRobinReader reads at once until it runs", async () => {
  const { read, readAll } = setup({});
  assertEquals(await readAll(), Array(SIZE).fill(1));
  assertEquals(read, CLIENTS);
});

test("RoundRobinReader reads in turn, from each client equally often", async () => {
  const { clock, reader, read, readAll } = setup({});
  const over = new AbortController();
  const running = reader.run(over.signal);
  for (let round = 1; round <= 2; round++) {
    const reading = readAll();
    assert(await isPending(reading));
    clock.pass(PERIOD);
    await inTime(reading, "reads of all clients");
    assertEquals(read, Array(round).fill(CLIENTS).flat());
  }
  over.abort();
  await running;
});

test("RoundRobinReader reads nothing while nothing waits, and at the end at once", async () => {
  const { clock, reader, read, readAll } = setup({ ready: () => false });
  const over = new AbortController();
  const running = reader.run(over.signal);
  const reading = readAll();
  clock.pass(PERIOD);
  assert(await isPending(reading));
  assertEquals(read, []);
  over.abort();
  await running;
  await reading;
  assertEquals(read, CLIENTS);
});

test("RoundRobinReader reads at once when sockets would fill", async () => {
  const { reader, readAll } = setup({
    bytesPerSecond: 1e9,
    ready: () => false,
  });
  await reader.run(new AbortController().signal);
  assertEquals(await readAll(), Array(SIZE).fill(1));
});
