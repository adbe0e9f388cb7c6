import { assert, assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { encode } from "../../lib/wire/frame.ts";
import { isPending, macrotask } from "../support/jitter.ts";
import { test } from "../support/test.ts";
import { WaitlessClock } from "../support/waitless_clock.ts";
import { openClients } from "./open_clients.ts";

test("Clients.drain() has everything broadcast that was taken before it closes", async () => {
  const flushed = Promise.withResolvers<void>();
  const errors: unknown[] = [];
  for (const fails of [false, true]) {
    const hub = new Hub();
    const { clients, connect } = openClients({
      hub,
      onError: (error) => errors.push(error),
      publisher: {
        publish() {},
        flush: () =>
          fails ? Promise.reject(new Error("no engine")) : flushed.promise,
      },
    });
    const socket = connect();
    const drained = clients.drain(new AbortController().signal);
    if (!fails) {
      assert(await isPending(drained));
      socket.arrive(encode("too late")); // it is read, and goes nowhere
      await macrotask();
      hub.broadcast(encode("mine"));
      flushed.resolve();
      await macrotask();
      assertEquals(new Uint8Array(socket.written), encode("mine"));
    }
    socket.arrive(null);
    await drained;
    assertEquals(clients.stats().messagesIn, 0);
    assertEquals(errors.length, fails ? 1 : 0);
  }
});

test("Clients.drain() does not wait for a publisher longer than the drain time-out", async () => {
  const { clients, connect } = openClients({
    drainTimeout: 20,
    publisher: { publish() {}, flush: () => new Promise(() => {}) },
  });
  const socket = connect();
  await clients.drain(new AbortController().signal);
  assert(socket.closed);
  assertEquals(clients.stats().disconnected.aborted, 1);
});

test("Clients.drain() needs no flush of a publisher, and gives a client a second to go", async () => {
  const clock = new WaitlessClock();
  clock.deadline = async (promise, milliseconds) => {
    clock.waits.push(milliseconds);
    return await promise;
  };
  const { clients, connect } = openClients(
    { publisher: { publish() {} } },
    clock,
  );
  const socket = connect();
  const draining = clients.drain(new AbortController().signal);
  await macrotask();
  assert(socket.writeClosed);
  socket.arrive(null);
  await draining;
  assertEquals(clients.stats().disconnected.drained, 1);
  assertEquals(clock.waits, [5000, 1000]);
});
