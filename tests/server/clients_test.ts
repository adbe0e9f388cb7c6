import { assert, assertEquals } from "@std/assert";
import { encode } from "../../lib/wire/frame.ts";
import { macrotask } from "../support/jitter.ts";
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
