import { assert, assertEquals } from "@std/assert";
import { Audience } from "../../../lib/stresstest/load/round_robin_reader.ts";
import { isPending } from "../../support/jitter.ts";

const SIZE = 30;

/** An audience whose clients read again and again from sockets that always bring something. */
function setup(options: { bytesPerSecond?: number; ready?: () => boolean }) {
  const audience = new Audience({
    size: SIZE,
    bytesPerSecond: 100_000,
    ready: () => true,
    ...options,
  });
  const read: number[] = [];
  const sources = Array.from({ length: SIZE }, (_, client) =>
    audience.source({
      read() {
        read.push(client);
        return Promise.resolve(1);
      },
    }, client));
  const readAll = () =>
    Promise.all(sources.map((source) => source.read(new Uint8Array(1))));
  return { audience, read, readAll };
}

const CLIENTS = Array.from({ length: SIZE }, (_, client) => client);

Deno.test("Audience reads at once until it is seated", async () => {
  const { read, readAll } = setup({});
  assertEquals(await readAll(), Array(SIZE).fill(1));
  assertEquals(read, CLIENTS);
});

Deno.test("Audience reads in turns, each as often as any other", async () => {
  const { audience, read, readAll } = setup({});
  const over = new AbortController();
  const seated = audience.seat(over.signal);
  const first = readAll();
  assert(await isPending(first));
  await first;
  await readAll();
  assertEquals(read, [...CLIENTS, ...CLIENTS]);
  over.abort();
  await seated;
});

Deno.test("Audience reads nothing while there is nothing, and at the end at once", async () => {
  const { audience, read, readAll } = setup({ ready: () => false });
  const over = new AbortController();
  const seated = audience.seat(over.signal);
  const reading = readAll();
  assert(await isPending(reading));
  assertEquals(read, []);
  over.abort();
  await seated;
  await reading;
  assertEquals(read, CLIENTS);
});

Deno.test("Audience reads at once where sockets would fill", async () => {
  const { audience, readAll } = setup({
    bytesPerSecond: 1e9,
    ready: () => false,
  });
  await audience.seat(new AbortController().signal);
  assertEquals(await readAll(), Array(SIZE).fill(1));
});
