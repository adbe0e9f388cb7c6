import { assert, assertEquals } from "@std/assert";
import { DELAY_BOUNDS } from "../../lib/server/delay_histogram.ts";
import { encode } from "../../lib/wire/frame.ts";
import { inTime } from "../support/eventually.ts";
import { Peer } from "../support/peer.ts";
import { start, stick, until } from "../support/server.ts";
import { test } from "../support/test.ts";

test("Server.clients has each client with what passed, and Server.ended those that left", async () => {
  const began = Date.now();
  await using server = start();
  const a = await Peer.join(server.addr, "a");
  using _b = await Peer.join(server.addr, "b");
  await until(server, (server) => server.stats().messagesOut === 3);
  const [first, second] = [...server.clients.values()];
  assertEquals([...server.clients.keys()], [1, 2]);
  assertEquals(first!.remoteAddr, a.socket.localAddr);
  const { client, protocol, state, dropped, lag, since } = first!;
  assertEquals([client, protocol, state, dropped, lag], [
    1,
    "tcp",
    "open",
    0,
    0,
  ]);
  assert(since >= began && since <= Date.now());
  const { messagesIn, bytesIn, messagesOut, bytesOut } = first!;
  assertEquals([messagesIn, bytesIn, messagesOut, bytesOut], [1, 2, 2, 4]);
  assertEquals([second!.messagesIn, second!.messagesOut], [1, 1]);

  await a.hangUp();
  await a.hearAll();
  a[Symbol.dispose]();
  await until(server, (server) => server.ended.length === 1);
  const [ended] = server.ended;
  assertEquals({ ...ended, since: 0, until: 0 }, {
    ...{ client: 1, protocol: "tcp", reason: "ended", since: 0, until: 0 },
    remoteAddr: a.socket.localAddr,
    ...{ messagesIn, bytesIn, messagesOut, bytesOut, dropped },
  });
  assert(ended!.until >= since);
  assertEquals([...server.clients.keys()], [2]);
});

test("Server.clients says who lags, and who ends", async () => {
  await using server = start({ drainTimeout: 1 });
  using _slow = await Peer.join(server.addr);
  await stick(server);
  await stick(server);
  const [client] = server.clients.values();
  await until(server, () => client!.state === "lagging");
  assert(client!.dropped > 0 && client!.lag > 0);
  const ended = server.shutdown();
  assert(server.draining);
  await until(server, () => client!.state === "ending");
  await inTime(ended, "the server to end");
});

test("ConnectedClient.disconnect() ends one connection, and is counted by its reason", async () => {
  await using server = start();
  using a = await Peer.join(server.addr);
  using b = await Peer.join(server.addr);
  const client = server.clients.get(1)!;
  client.disconnect();
  client.disconnect();
  await until(server, (server) => server.stats().disconnected.removed === 1);
  assertEquals((await a.hearAll()).length, 1);
  server.hub.broadcast(encode("still here"));
  assertEquals(await b.hear(), "still here");
});

test("Server.ended remembers the newest 200", async () => {
  await using server = start();
  for (let n = 0; n < 210; n++) {
    (await Peer.connect(server.addr))[Symbol.dispose]();
  }
  await until(server, (server) => server.ended.at(-1)?.client === 210);
  await until(server, (server) => server.stats().clients === 0);
  assertEquals(server.ended.length, 200);
});

test("Server.measureDelays() counts each client once for each mark, from then on", async () => {
  await using server = start();
  using a = await Peer.join(server.addr);
  const delays = server.measureDelays();
  assertEquals(server.measureDelays(), delays);
  using b = await Peer.join(server.addr);
  server.hub.broadcast(encode("marked, unless what b sent was"));
  server.hub.broadcast(encode("not marked: too soon"));
  await until(server, (server) => server.stats().messagesOut === 1 + 4 + 2);
  assertEquals([delays.count, delays.counts.length], [
    2,
    DELAY_BOUNDS.length + 1,
  ]);
  assert(delays.sum > 0 && delays.sum < 60);
  await a.hear();
  await b.hear();
});
