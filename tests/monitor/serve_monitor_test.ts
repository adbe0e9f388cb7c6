import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import {
  type MonitorOptions,
  serveMonitor,
} from "../../lib/monitor/serve_monitor.ts";
import type { RoomStats } from "../../lib/nats/room.ts";
import { serve } from "../../lib/server/serve.ts";
import { eventually, inTime } from "../support/eventually.ts";
import { Peer } from "../support/peer.ts";
import { until } from "../support/server.ts";
import { test } from "../support/test.ts";
import { get, startWeb, WebPeer } from "../support/web.ts";
import { hasPromtool, lint } from "./promtool.ts";

/** What a room counts, every count another number. */
const ROOM: RoomStats = {
  ...{ engineUp: true, engineSince: 1, inFlight: 2, foundStored: 3 },
  ...{ received: 4, gaps: 5, lostInGaps: 6, foreign: 7, duplicates: 8 },
  ...{ published: 9, lostInWindow: 10, droppedWhileHeld: 11 },
};

/** A server with a web side, a monitor, a TCP client and a WebSocket. */
async function open(options: MonitorOptions = {}) {
  const running = await startWeb();
  const { server, web } = running;
  const monitor = await serveMonitor(server, { port: 0, web, ...options });
  const peers = new DisposableStack();
  const tcp = peers.use(await Peer.join(server.addr, "tcp"));
  const ws = peers.use(await WebPeer.connect(web.addr));
  await ws.say("hello");
  await until(server, (server) => server.stats().messagesOut === 3);
  const ask = async (path: string) => {
    const { status, headers, body } = await get(monitor.addr, path);
    assertEquals([path, status], [path, 200]);
    assertEquals(headers.get("content-type"), "application/json");
    return JSON.parse(body);
  };
  return {
    ...{ server, web, monitor, tcp, ws, ask },
    get: (path: string, headers = {}, method = "GET") =>
      get(monitor.addr, path, headers, method),
    async [Symbol.asyncDispose]() {
      peers.dispose();
      await running[Symbol.asyncDispose]();
      await inTime(monitor.finished, "the monitor to end");
    },
  };
}

test("monitor: /stats has all metrics of this moment", async () => {
  await using running = await open({ room: { stats: () => ROOM } });
  const stats = await running.ask("/stats");
  assertEquals(stats.server, running.server.stats());
  assertEquals(stats.web, running.web.stats());
  assertEquals(stats.room, ROOM);
  assertEquals(stats.hub.broadcasts, 2);
  assertEquals(stats.unready, undefined);
  const { residentBytes, heapBytes, cpuSeconds, loopDelaySeconds } =
    stats.process;
  assert(residentBytes > heapBytes && heapBytes > 0 && cpuSeconds > 0);
  assert(loopDelaySeconds >= 0);
  assertEquals(stats.delay.buckets.at(-1).count <= stats.delay.count, true);
});

test("monitor: /clients has those that are asked for", async () => {
  await using running = await open();
  const { total, offset, clients } = await running.ask("/clients?sort=client");
  assertEquals([total, offset], [2, 0]);
  const { port } = running.tcp.socket.localAddr as Deno.NetAddr;
  assertEquals(clients[1], {
    ...{ client: 1, address: `127.0.0.1:${port}`, protocol: "tcp" },
    ...{ since: clients[1].since, messagesIn: 1, bytesIn: 4, messagesOut: 2 },
    ...{ bytesOut: 10, dropped: 0, lag: 0, state: "open" },
  });
  assertEquals(clients[0].protocol, "websocket");
  const page = await running.ask("/clients?sort=client&limit=1&offset=1");
  assertEquals([page.total, page.clients], [2, [clients[1]]]);
  assertEquals((await running.ask("/clients")).clients.length, 2);
  for (
    const query of [
      ...["sort=name", "sort=", "limit=1001", "limit=-1", "limit=1e3"],
      ...["offset=x", "offset=9999999999999999"],
    ]
  ) {
    const { status, body } = await running.get(`/clients?${query}`);
    assertEquals(status, 400, query);
    assertMatch(body, /sort is one of lag, /);
  }
});

test("monitor: /ended has those that left, the newest first, and why", async () => {
  await using running = await open();
  running.server.clients.get(2)!.disconnect();
  await until(running.server, (server) => server.ended.length === 1);
  await running.tcp.hangUp();
  await until(running.server, (server) => server.ended.length === 2);
  const { clients } = await running.ask("/ended");
  assertEquals(
    clients.map((
      { client, reason }: Record<string, unknown>,
    ) => [client, reason]),
    [[1, "ended"], [2, "removed"]],
  );
  assert(clients[0].until >= clients[0].since);
});

test("monitor: /history has samples of what passed", async () => {
  await using running = await open();
  const { samples } = await eventually(
    "a sample",
    () => running.ask("/history"),
    ({ samples }) => samples.length > 0,
    { pause: () => new Promise((done) => setTimeout(done, 100)) },
  );
  assertEquals(samples[0].clients, 2);
  assert(samples[0].residentBytes > 0);
});

test("monitor: /healthz while it serves; /readyz says why not", async () => {
  const room = { ...ROOM };
  await using running = await open({ room: { stats: () => room } });
  const look = async (path: string) => {
    const { status, body } = await running.get(path);
    return `${status} ${body}`;
  };
  assertEquals(await look("/healthz"), "200 ok\n");
  assertEquals(await look("/readyz"), "200 ready\n");
  room.engineUp = false;
  assertEquals(await look("/readyz"), "503 the engine is away\n");
  assertEquals((await running.ask("/stats")).unready, "the engine is away");
  const ended = running.server.shutdown();
  assertEquals(await look("/readyz"), "503 the server ends\n");
  assertEquals(await look("/healthz"), "200 ok\n");
  running.tcp[Symbol.dispose]();
  running.ws[Symbol.dispose]();
  await inTime(ended, "the server to end");
});

test(
  "monitor: /metrics is as promtool wants it",
  { ignore: !hasPromtool },
  async () => {
    await using running = await open({ room: { stats: () => ROOM } });
    using bad = await WebPeer.connect(running.web.addr);
    await bad.sendFrame(1, "text");
    await bad.hearAll();
    const { body } = await running.get("/metrics");
    assertEquals(await lint(body), "0");
    assertEquals(
      (await lint(body.replace("# HELP", "#"))).startsWith("0"),
      false,
    );
  },
);

test("monitor: /metrics has what the server counts, and no word of a client's", async () => {
  await using running = await open({ room: { stats: () => ROOM } });
  const { headers, body } = await running.get("/metrics");
  assertMatch(headers.get("content-type")!, /^text\/plain; version=0\.0\.4/);
  const values = new Map(
    body.trim().split("\n").filter((line) => !line.startsWith("#"))
      .map((line) => line.split(" ") as [string, string]),
  );
  for (
    const [name, value] of Object.entries({
      "zillions_ready": 1,
      "zillions_clients": 2,
      "zillions_messages_received_total": 2,
      "zillions_received_bytes_total": 10,
      "zillions_messages_sent_total": 3,
      "zillions_sent_bytes_total": 16,
      "zillions_messages_dropped_total": 0,
      "zillions_lag_messages": 0,
      'zillions_disconnects_total{reason="invalid"}': 0,
      'zillions_refused_total{limit="max_clients"}': 0,
      'zillions_web_refused_total{reason="origin"}': 0,
      "zillions_engine_up": 1,
      "zillions_engine_gap_messages_total": 6,
    })
  ) assertEquals(values.get(name), `${value}`, name);
  const bucket = 'zillions_broadcast_delay_seconds_bucket{le="+Inf"}';
  assertEquals(
    values.get(bucket),
    values.get("zillions_broadcast_delay_seconds_count"),
  );
  assert(!body.includes("127.0.0.1") && !body.includes("hello"));
});

test("monitor: without a web side and a room there is nothing of them", async () => {
  const server = serve({ port: 0 });
  const monitor = await serveMonitor(server, { port: 0 });
  const { body } = await get(monitor.addr, "/metrics");
  assert(!/_web_|_engine_/.test(body));
  const page = await get(monitor.addr, "/");
  assertMatch(page.body, /monitor/);
  await server.shutdown();
  await inTime(monitor.finished, "the monitor to end");
});

test("monitor: it only reads, and answers to its own names", async () => {
  await using running = await open({ hosts: ["Watch.example"] });
  for (const path of ["/", "/stats", "/metrics"]) {
    const { status, headers } = await running.get(path, {}, "POST");
    assertEquals([status, headers.get("allow")], [405, "GET, HEAD"]);
  }
  assertEquals((await running.get("/stats", {}, "HEAD")).body, "");
  assertEquals((await running.get("/other")).status, 404);
  const refused = await running.get("/metrics", { Host: "evil.example:9000" });
  assertEquals(refused.status, 403);
  assertMatch(refused.body, /--web-host evil\.example/);
  const named = await running.get("/metrics", { Host: "watch.example:9000" });
  assertEquals(named.status, 200);
});

test("serveMonitor() throws what listening throws", async () => {
  await using running = await open();
  const { port } = running.monitor.addr;
  await assertRejects(
    () => serveMonitor(running.server, { hostname: "127.0.0.1", port }),
    Deno.errors.AddrInUse,
  );
});
