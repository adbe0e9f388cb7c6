import { assert, assertEquals, assertMatch } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import {
  serve,
  type ServeOptions,
  type ServerEvent,
} from "../../lib/server/serve.ts";
import { eventually } from "../support/eventually.ts";
import { macrotask } from "../support/jitter.ts";
import { Peer, Resetter } from "../support/peer.ts";
import { start, stick, until } from "../support/server.ts";
import { FakeListener, FakeSocket } from "../support/socket.ts";
import { test } from "../support/test.ts";

/** A stall time-out, of which a quarter lies between two checks of a client. */
const PATIENT = 4 * 100;

/** A server whose hub holds little, what it tells, and what it accepts from. */
function open(options: ServeOptions = {}) {
  const events: ServerEvent[] = [];
  const listener = new FakeListener();
  const hub = new Hub({ capacity: 64 * 1024 });
  const onEvent = (event: ServerEvent) => events.push(event);
  const server = serve({ listener, hub, onEvent, ...options });
  return { events, listener, hub, server };
}

/** Waits until `events` have one of this type, and takes it out. */
async function next<T extends ServerEvent["type"]>(
  events: ServerEvent[],
  type: T,
): Promise<ServerEvent & { type: T }> {
  const at = await eventually(
    `an event "${type}"`,
    () => events.findIndex((event) => event.type === type),
    (at) => at >= 0,
  );
  return events.splice(at, 1)[0] as ServerEvent & { type: T };
}

test("serve({ onEvent }) tells who comes and how each leaves, by number and address", async () => {
  const events: ServerEvent[] = [];
  await using server = start({ onEvent: (event) => events.push(event) });
  const truncated = await Peer.join(server.addr);
  const remoteAddr = truncated.socket.localAddr;
  assertEquals(events.splice(0), [{
    type: "connected",
    client: 1,
    remoteAddr,
  }]);
  const lost = await Resetter.connect(server.addr);
  assertEquals((await next(events, "connected")).client, 2);
  await truncated.send(new Uint8Array([3, 1]));
  truncated[Symbol.dispose]();
  const ending = { type: "disconnected", dropped: 0 } as const;
  assertEquals(await next(events, "disconnected"), {
    ...ending,
    client: 1,
    remoteAddr,
    reason: "truncated",
  });
  await lost.reset();
  const { client, reason: how } = await next(events, "disconnected");
  assertEquals([client, how], [2, "reset"]);
  assertEquals(events, []);
});

test("serve({ onEvent }) tells who is refused, and by which limit", async () => {
  const events: ServerEvent[] = [];
  await using server = start({
    hostname: "::",
    maxClients: 2,
    maxClientsPerAddress: 1,
    onEvent: (event) => events.push(event),
  });
  const { port } = server.addr;
  using one = await Peer.join({ hostname: "127.0.0.1", port });
  {
    using more = await Peer.connect({ hostname: "127.0.0.1", port });
    assertEquals(await more.body(), null);
    const event = await next(events, "refused");
    assertEquals(event.limit, "maxClientsPerAddress");
    assertEquals(
      (event.remoteAddr as Deno.NetAddr).port,
      (more.socket.localAddr as Deno.NetAddr).port,
    );
  }
  using _other = await Peer.join({ hostname: "::1", port });
  using third = await Peer.connect({ hostname: "::1", port });
  assertEquals(await third.body(), null);
  assertEquals((await next(events, "refused")).limit, "maxClients");
  await one.hangUp();
  assertEquals((await next(events, "disconnected")).client, 1);
  using again = await Peer.join({ hostname: "127.0.0.1", port });
  await again.hangUp();
  assertEquals((await next(events, "disconnected")).client, 3);
  const { refused, refusedPerAddress } = server.stats();
  assertEquals({ refused, refusedPerAddress }, {
    refused: 1,
    refusedPerAddress: 1,
  });
});

test("serve({ onEvent }) tells when a client begins to lose messages, and when it has caught up, with what it lost", async () => {
  const { events, listener, hub, server } = open({ stallTimeout: PATIENT });
  const slow = new FakeSocket();
  const { remoteAddr } = slow;
  listener.connect(slow);
  await next(events, "connected");
  let lost = 0;
  for (const messages of [2000, 300]) {
    slow.stuck = true;
    // While the first is being written, the client takes no more: only a check can tell.
    hub.broadcast(new Uint8Array(256));
    await macrotask();
    for (let n = 1; n < messages; n++) hub.broadcast(new Uint8Array(256));
    const lagging = await next(events, "lagging");
    assertEquals(lagging, { ...lagging, client: 1, remoteAddr });
    assertEquals(lagging.dropped, server.stats().dropped - lost);
    await macrotask();
    assertEquals(events, []);
    slow.unstick();
    const { client, dropped } = await next(events, "caughtUp");
    assertEquals(client, 1);
    await until(server, (server) => server.stats().lag === 0);
    await until(server, (server) => {
      const { messagesOut, dropped } = server.stats();
      return messagesOut + dropped === hub.broadcasts;
    });
    assertEquals(dropped, server.stats().dropped - lost);
    lost += dropped;
    assertEquals(events, []);
  }
  assertEquals(slow.written.length, (2300 - lost) * 256);
  slow.arrive(null);
  assertEquals((await next(events, "disconnected")).dropped, lost);
  await server.shutdown();
});

test("serve({ onEvent }) tells apart episodes that are over between two checks", async () => {
  const { events, listener, hub, server } = open();
  const slow = new FakeSocket();
  listener.connect(slow);
  await next(events, "connected");
  const lost = [];
  for (const messages of [2000, 1000, 3000]) {
    const before = server.stats().dropped;
    slow.stuck = true;
    for (let n = 0; n < messages; n++) hub.broadcast(new Uint8Array(256));
    await macrotask();
    slow.unstick();
    await until(server, (server) => server.stats().lag === 0);
    lost.push(server.stats().dropped - before);
  }
  for (const dropped of lost) {
    const lagging = await next(events, "lagging");
    assert(lagging.dropped > 0 && lagging.dropped <= dropped);
    assertEquals((await next(events, "caughtUp")).dropped, dropped);
  }
  slow.arrive(null);
  await next(events, "disconnected");
  assertEquals(events, []);
  await server.shutdown();
});

test("serve({ onEvent }) tells of a client that takes nothing at all, and what it had lost when it leaves", async () => {
  const events: ServerEvent[] = [];
  await using server = start({
    hub: new Hub({ capacity: 64 * 1024 }),
    onEvent: (event) => events.push(event),
    stallTimeout: PATIENT,
  });
  {
    using _stuck = await Peer.join(server.addr);
    await stick(server);
    await until(server, (server) => server.stats().clients === 0);
  }
  const types = events.map(({ type }) => type).join(" ");
  assertMatch(types, /^connected( lagging caughtUp)* lagging disconnected$/);
  const { reason, dropped } = await next(events, "disconnected");
  assertEquals([reason, dropped], ["stalled", server.stats().dropped]);
});

test("serve({ onEvent }) that throws is told to onError, and costs no client anything", async () => {
  const errors: unknown[] = [];
  const server = start({
    maxClients: 1,
    onEvent: ({ type }) => {
      throw type;
    },
    onError: (error) => errors.push(error),
  });
  using peer = await Peer.join(server.addr);
  using more = await Peer.connect(server.addr);
  assertEquals(await more.body(), null);
  await peer.say("hello");
  assertEquals(await peer.hear(), "hello");
  await peer.hangUp();
  await server.shutdown();
  assertEquals(errors, ["connected", "refused", "disconnected"]);
});

test("Server.stats() has everybody who was accepted in one place, and what waits for the slowest", async () => {
  const server = start({
    maxClients: 2,
    hub: new Hub({ capacity: 1024 * 1024 }),
    drainTimeout: 50,
  });
  using _stuck = await Peer.join(server.addr);
  await stick(server);
  // The whole log is what waits: 16 chunks of 64 KiB, of messages of 256 bytes.
  const { lag } = server.stats();
  assert(lag > 15 * 256 && lag <= 16 * 256, `${lag}`);
  for (let n = 0; n < 10; n++) {
    using peer = await Peer.join(server.addr);
    using refused = await Peer.connect(server.addr);
    assertEquals(await refused.body(), null);
    await peer.hangUp();
    await peer.hearAll();
    await until(server, (server) => server.stats().clients === 1);
  }
  await server.shutdown();
  const { clients, refused, refusedPerAddress, disconnected } = server.stats();
  assertEquals([clients, refused, refusedPerAddress], [0, 10, 0]);
  assertEquals([disconnected.ended, disconnected.aborted], [10, 1]);
});
