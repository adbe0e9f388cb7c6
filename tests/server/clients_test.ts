import { assert, assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { Clients } from "../../lib/server/clients.ts";
import type { ServerClock } from "../../lib/server/clock.ts";
import { resolveOptions, type ServeOptions } from "../../lib/server/options.ts";
import { encode } from "../../lib/wire/frame.ts";
import { isPending, macrotask } from "../support/jitter.ts";
import { FakeSocket } from "../support/socket.ts";
import { WaitlessClock } from "../support/waitless_clock.ts";
import { test } from "../support/test.ts";

/** The clients of a server that listens to nobody. */
function open(options: ServeOptions = {}, clock?: ServerClock) {
  const hub = new Hub();
  const clients = new Clients(resolveOptions({ hub, ...options }), clock);
  const connect = () => {
    const socket = new FakeSocket();
    clients.add(socket);
    return socket;
  };
  return { hub, clients, connect };
}

test("Clients.check() disconnects a stalled client in time, and not before", async () => {
  for (const stallTimeout of [1, 2, 100, 1000, 4000, 4100, 60_000]) {
    const { hub, clients, connect } = open({ stallTimeout });
    const interval = clients.checkInterval;
    assert(interval <= Math.min(1000, stallTimeout / 4), `${stallTimeout}`);
    const socket = connect();
    socket.stuck = true;
    hub.broadcast(encode("a"));
    await macrotask();
    clients.check(interval); // the first check that sees the write pending
    let waited = 0;
    for (; !socket.closed && waited <= 2 * stallTimeout; waited += interval) {
      assertEquals(clients.stats().clients, 1);
      clients.check(interval);
    }
    assert(
      Math.abs(waited - stallTimeout) < 1e-6,
      `${stallTimeout}: ${waited}`,
    );
    await macrotask();
    assertEquals(clients.stats().disconnected.stalled, 1);
  }
});

test("Clients.check() does not count the time in which the process was stopped", async () => {
  const { hub, clients, connect } = open({ stallTimeout: 1000 });
  const socket = connect();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  for (let n = 0; n < 20; n++) clients.check(clients.checkInterval + 1001);
  assert(!socket.closed);
  for (let n = 0; n < 5; n++) clients.check(clients.checkInterval + 1000);
  assert(socket.closed);
  await macrotask();
});

test("Clients.check() never disconnects a client where the stall time-out is 0", async () => {
  const { hub, clients, connect } = open({ stallTimeout: 0 });
  assertEquals(clients.checkInterval, 1000);
  const socket = connect();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  for (let n = 0; n < 10_000; n++) clients.check(1000);
  assert(!socket.closed);
  await clients.drain(AbortSignal.abort());
});

test("Clients.drain() has everything broadcast that was taken before it closes", async () => {
  const flushed = Promise.withResolvers<void>();
  const errors: unknown[] = [];
  for (const fails of [false, true]) {
    const hub = new Hub();
    const { clients, connect } = open({
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
  const { clients, connect } = open({
    drainTimeout: 20,
    publisher: { publish() {}, flush: () => new Promise(() => {}) },
  });
  const socket = connect();
  await clients.drain(new AbortController().signal);
  assert(socket.closed);
  assertEquals(clients.stats().disconnected.aborted, 1);
});

test("Clients.limitRate() begins a second of the rate limit each second", async () => {
  const clock = new WaitlessClock();
  const { clients } = open({ maxRate: 1 }, clock);
  assertEquals(clients.stats().rateLimited, 0);
  const stop = new AbortController();
  const limiting = clients.limitRate(stop.signal);
  await macrotask();
  stop.abort();
  await limiting;
  assertEquals(new Set(clock.waits), new Set([1000]));
});

test("Clients.stats() has no waits where no rate is limited", () => {
  assertEquals(open().clients.stats().rateLimited, 0);
});

test("Clients.addFailed() reports what is not the client's doing", () => {
  const errors: unknown[] = [];
  const { clients } = open({ onError: (error) => errors.push(error) });
  clients.addFailed(new Deno.errors.ConnectionReset("gone"));
  assertEquals(errors, []);
  const error = new Error("no memory");
  clients.addFailed(error);
  assertEquals(errors, [error]);
  assertEquals(clients.stats().disconnected.reset, 2);
});

test("Clients.drain() needs no flush of a publisher, and gives a client a second to go", async () => {
  const clock = new WaitlessClock();
  clock.deadline = async (promise, milliseconds) => {
    clock.waits.push(milliseconds);
    return await promise;
  };
  const { clients, connect } = open({ publisher: { publish() {} } }, clock);
  const socket = connect();
  const draining = clients.drain(new AbortController().signal);
  await macrotask();
  assert(socket.writeClosed);
  socket.arrive(null);
  await draining;
  assertEquals(clients.stats().disconnected.drained, 1);
  assertEquals(clock.waits, [5000, 1000]);
});
