import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { Hub, MIN_CAPACITY } from "../../lib/hub/hub.ts";
import type { ServerEvent } from "../../lib/server/events.ts";
import { encode } from "../../lib/wire/frame.ts";
import { isPending, macrotask } from "../support/jitter.ts";
import { FakeSocket } from "../support/socket.ts";
import { test } from "../support/test.ts";
import { WaitlessClock } from "../support/waitless_clock.ts";
import { openClients } from "./open_clients.ts";

test("Clients.check() disconnects a stalled client in time, and not before", async () => {
  for (const stallTimeout of [1, 2, 100, 1000, 4000, 4100, 60_000]) {
    const { hub, clients, connect } = openClients({ stallTimeout });
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
  const { hub, clients, connect } = openClients({ stallTimeout: 1000 });
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
  const { hub, clients, connect } = openClients({ stallTimeout: 0 });
  assertEquals(clients.checkInterval, 1000);
  const socket = connect();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  for (let n = 0; n < 10_000; n++) clients.check(1000);
  assert(!socket.closed);
  await clients.drain(AbortSignal.abort());
});

test("Clients.limitRate() begins a second of the rate limit each second", async () => {
  const clock = new WaitlessClock();
  const { clients } = openClients({ maxRate: 1 }, clock);
  assertEquals(clients.stats().rateLimited, 0);
  const stop = new AbortController();
  const limiting = clients.limitRate(stop.signal);
  await macrotask();
  stop.abort();
  await limiting;
  assertEquals(new Set(clock.waits), new Set([1000]));
});

test("Clients.stats() has no waits where no rate is limited", () => {
  assertEquals(openClients().clients.stats().rateLimited, 0);
});

test("Clients.addFailed() reports what is not the client's doing", () => {
  const errors: unknown[] = [];
  const { clients } = openClients({ onError: (error) => errors.push(error) });
  clients.addFailed(new Deno.errors.ConnectionReset("gone"));
  assertEquals(errors, []);
  const error = new Error("no memory");
  clients.addFailed(error);
  assertEquals(errors, [error]);
  assertEquals(clients.stats().disconnected.reset, 2);
});

test("Clients.add() numbers the clients from 1, and tells of each", async () => {
  const events: ServerEvent[] = [];
  const { clients, connect } = openClients({
    onEvent: (event) => events.push(event),
  });
  const sockets = [connect(), connect()];
  assertEquals([...clients.connected.keys()], [1, 2]);
  const { remoteAddr } = sockets[0]!;
  assertEquals(events, [
    { type: "connected", client: 1, remoteAddr },
    { type: "connected", client: 2, remoteAddr },
  ]);
  await clients.drain(AbortSignal.abort());
  assertEquals(clients.connected.size, 0);
});

test("Clients.add() refuses a client beyond a limit, and counts and tells it", async () => {
  for (
    const [limit, counts] of [
      ["maxClients", { refused: 1, refusedPerAddress: 0 }],
      ["maxClientsPerAddress", { refused: 0, refusedPerAddress: 1 }],
    ] as const
  ) {
    const events: ServerEvent[] = [];
    const { clients, connect } = openClients({
      [limit]: 1,
      onEvent: (event) => events.push(event),
    });
    connect();
    const socket = new FakeSocket();
    assertEquals(clients.add(socket), limit);
    assert(!socket.closed); // its owner closes it
    const { refused, refusedPerAddress } = clients.stats();
    assertEquals({ refused, refusedPerAddress }, counts);
    const { remoteAddr } = socket;
    assertEquals(events.at(-1), { type: "refused", remoteAddr, limit });
    await clients.drain(AbortSignal.abort());
  }
});

test("Clients.add() refuses all when the hub is closed", () => {
  const { hub, clients } = openClients();
  hub.close();
  assertEquals(clients.add(new FakeSocket()), "draining");
});

test("Clients.acceptFailed() counts all failures, and reports the first", () => {
  const errors: unknown[] = [];
  const { clients } = openClients({ onError: (error) => errors.push(error) });
  const [first, second] = [new Error("first"), new Error("second")];
  clients.acceptFailed(first, true);
  clients.acceptFailed(second, false);
  assertEquals(errors, [first]);
  assertEquals(clients.stats().acceptErrors, 2);
});

test("Clients.publish() resolves when more may be published, and never rejects", async () => {
  const published = Promise.withResolvers<void>();
  const error = new Error("no engine");
  const errors: unknown[] = [];
  const { clients } = openClients({
    publisher: { publish: () => published.promise },
    onError: (error) => errors.push(error),
  });
  const publishing = clients.publish({ bytes: encode("a"), count: 1 });
  assert(await isPending(publishing));
  published.reject(error);
  await publishing;
  assertEquals(errors, [error]);
});

test("Clients.measureDelays() measures once for all that ask", () => {
  const { clients } = openClients();
  assert(clients.measureDelays() === clients.measureDelays());
});

test("Clients.watch() checks the clients until it is told to stop, but not when a check is late", async () => {
  const clock = new WaitlessClock();
  const { hub, clients, connect } = openClients({ stallTimeout: 400 }, clock);
  const socket = connect();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  const stop = new AbortController();
  clock.delay = async (milliseconds) => {
    clock.waits.push(milliseconds);
    const { length } = clock.waits;
    // After three checks the process is stopped for long, and once only.
    clock.time += length === 4 ? 1_000_000 : milliseconds;
    await undefined;
    if (length === 7) stop.abort();
  };
  const checks: boolean[] = [];
  const check = clients.check.bind(clients);
  clients.check = (elapsed) => {
    check(elapsed);
    checks.push(socket.closed);
  };
  await clients.watch(stop.signal);
  assertEquals(clock.waits, Array(7).fill(100));
  // The fifth that counts disconnects it: the first only sees that it waits.
  assertEquals(checks, [false, false, false, false, false, true, true]);
  await macrotask();
});

/** A client that has lost messages, and what was told. */
async function openLagging() {
  const events: ServerEvent[] = [];
  const { hub, clients, connect } = openClients({
    hub: new Hub({ capacity: MIN_CAPACITY }),
    onEvent: (event) => events.push(event),
  });
  const socket = connect();
  socket.stuck = true;
  hub.broadcast(encode("a"));
  await macrotask();
  for (let n = 0; n < 100; n++) hub.broadcast(new Uint8Array(256));
  return { events, clients, socket };
}

test("Clients.check() tells of lag", async () => {
  const { events, clients } = await openLagging();
  clients.check(clients.checkInterval);
  assertEquals(events.at(-1)!.type, "lagging");
  await clients.drain(AbortSignal.abort());
});

test("Clients counts and tells once of a client that leaves, and what it lost", async () => {
  const { events, clients, socket } = await openLagging();
  const { dropped } = clients.stats();
  assert(dropped > 0);
  clients.connected.get(1)!.disconnect();
  await macrotask();
  assertEquals(events.at(-1), {
    type: "disconnected",
    client: 1,
    remoteAddr: socket.remoteAddr,
    reason: "removed",
    dropped,
  });
  assertEquals(clients.stats().dropped, dropped);
  assertEquals(clients.stats().disconnected.removed, 1);
});

test("Clients.limitRate() lets clients go on each second, and all at the end", async () => {
  const clock = new WaitlessClock();
  const second = Promise.withResolvers<void>();
  clock.delay = () => second.promise;
  const { clients, connect } = openClients({ maxRate: 1 }, clock);
  const stop = new AbortController();
  const limiting = clients.limitRate(stop.signal);
  const socket = connect();
  socket.arrive(concat([encode("a"), encode("b"), encode("c"), encode("d")]));
  const received = async () => {
    await macrotask();
    const { messagesIn, rateLimited } = clients.stats();
    return [messagesIn, rateLimited];
  };
  assertEquals(await received(), [1, 1]);
  const next = Promise.withResolvers<void>();
  clock.delay = () => next.promise;
  second.resolve();
  assertEquals(await received(), [2, 2]);
  stop.abort();
  next.reject(stop.signal.reason);
  await limiting;
  assertEquals((await received())[0], 4);
  await clients.drain(AbortSignal.abort());
});

test("Clients.limitRate() waits for nothing where no rate is limited", async () => {
  const clock = new WaitlessClock();
  await openClients({}, clock).clients.limitRate(new AbortController().signal);
  assertEquals(clock.waits, []);
});
