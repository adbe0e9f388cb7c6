import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { Hub } from "../../lib/hub/hub.ts";
import { encode } from "../../lib/wire/frame.ts";
import { Opcode } from "../../lib/wire/websocket/encode.ts";
import { serveWeb } from "../../lib/web/serve_web.ts";
import { closing, frame } from "../wire/websocket/support.ts";
import { eventually, inTime } from "../support/eventually.ts";
import { numbered, Peer } from "../support/peer.ts";
import { start, stick, until } from "../support/server.ts";
import { test } from "../support/test.ts";
import {
  get,
  HANDSHAKE,
  head,
  request,
  startWeb,
  WebPeer,
} from "../support/web.ts";

/** Deno's own WebSocket, and what it was sent. */
async function browser(port: number) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`);
  socket.binaryType = "arraybuffer";
  const heard: (string | Uint8Array)[] = [];
  socket.onmessage = ({ data }) =>
    heard.push(typeof data === "string" ? data : new Uint8Array(data));
  const closed = new Promise<number>((resolve) =>
    socket.onclose = ({ code }) => resolve(code)
  );
  await inTime(
    new Promise((resolve) => socket.onopen = resolve),
    "the WebSocket to open",
  );
  const bytes = () => concat(heard.filter((data) => typeof data !== "string"));
  return { socket, closed, heard, bytes };
}

test("serveWeb() has the page, for this origin alone and with nothing from elsewhere", async () => {
  await using running = await startWeb();
  const { addr } = running.web;
  const page = await get(addr, "/?query");
  assertEquals([page.status, page.body], [200, "<p>a page"]);
  const { headers } = page;
  assertEquals(headers.get("content-type"), "text/html; charset=utf-8");
  assertEquals(headers.get("content-length"), "9");
  assertEquals(headers.get("x-content-type-options"), "nosniff");
  const policy = headers.get("content-security-policy")!;
  assert(policy.startsWith("default-src 'none'; "), policy);
  assert(policy.includes("frame-ancestors 'none'"), policy);
  assert(!policy.includes("unsafe"), policy);
});

test("serveWeb() sends a file again only when it changed", async () => {
  await using running = await startWeb();
  const { addr } = running.web;
  const etag = (await get(addr, "/")).headers.get("etag")!;
  const again = await get(addr, "/", { "If-None-Match": etag });
  assertEquals([again.status, again.body], [304, ""]);
  assertEquals((await get(addr, "/", { "If-None-Match": '"a"' })).status, 200);
});

test("serveWeb() has the page of the package unless it is given another", async () => {
  await using server = start();
  const web = await serveWeb(server, { port: 0 });
  const page = await get(web.addr, "/");
  const files = [...page.body.matchAll(/(?:src|href)="([^"]+)"/g)];
  assert(files.length > 1);
  for (const [, file] of files) {
    assertEquals((await get(web.addr, `/${file}`)).status, 200, file);
  }
});

test("serveWeb() answers HEAD without the body", async () => {
  await using running = await startWeb();
  const answer = await get(running.web.addr, "/", {}, "HEAD");
  assertEquals([answer.status, answer.body], [200, ""]);
  assertEquals(answer.headers.get("content-length"), "9");
});

test("serveWeb() throws what listening throws", async () => {
  await using running = await startWeb();
  const { server, web: { addr } } = running;
  await assertRejects(
    () => serveWeb(server, { port: addr.port }),
    Deno.errors.AddrInUse,
  );
});

test("WebSocket: a browser and TCP clients talk, in one order", async () => {
  await using running = await startWeb();
  const { server, web } = running;
  using tcp = await Peer.join(server.addr, "tcp");
  const page = await browser(web.addr.port);
  page.socket.send(encode("from the page"));
  assertEquals(await tcp.hear(), "from the page");
  await tcp.say("from a socket", "");
  await until(server, (server) => server.stats().messagesOut === 1 + 2 + 4);
  await eventually("all to arrive", page.bytes, ({ length }) => length === 29);
  assertEquals(
    page.bytes(),
    concat(["from the page", "from a socket", ""].map((text) => encode(text))),
  );
  page.socket.close(1000);
  assertEquals(await inTime(page.closed), 1000);
  await until(server, (server) => server.stats().disconnected.ended === 1);
});

test("WebSocket: messages may carry any piece of the stream", async () => {
  await using running = await startWeb();
  using peer = await WebPeer.connect(running.web.addr);
  assertEquals(
    [peer.answer.status, peer.answer.headers.get("sec-websocket-accept")],
    [101, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="],
  );
  const bytes = concat([encode("abc"), encode(""), encode("de")]);
  for (const byte of bytes) {
    await peer.send(frame(2, Uint8Array.of(byte)));
    await peer.sendFrame(Opcode.ping, "p");
  }
  const heard: (string | null)[] = [];
  while (heard.length < 3) {
    const next = await peer.hear();
    if (next !== "pong") heard.push(next);
  }
  assertEquals(heard, ["abc", "", "de"]);
});

test("WebSocket: many messages of the chat go out in one", async () => {
  await using running = await startWeb();
  using peer = await WebPeer.connect(running.web.addr);
  await until(running.server, (server) => server.stats().clients === 1);
  const run = new Uint8Array(65 * 100).fill(0).map((_, n) => n % 65 ? 7 : 64);
  running.server.hub.broadcast(run, 100);
  await until(running.server, (server) => server.stats().messagesOut === 100);
  const first = await peer.next();
  assert(first?.type === "binary" && first.bytes.length === run.length);
});

test("WebSocket: a client that closes gets what was broadcast until then", async () => {
  await using running = await startWeb();
  const { server, web } = running;
  for (
    const [end, reason] of [["", "ended"], ["\x02a", "truncated"]] as const
  ) {
    using peer = await WebPeer.connect(web.addr);
    await peer.send(concat([
      ...[frame(2, "\x01a"), frame(2, `\x01b${end}`), closing(1001)],
    ]));
    assertEquals(await peer.hearAll(), ["a", "b", "close 1000"]);
    await until(server, (server) => server.stats().disconnected[reason] === 1);
  }
});

test("WebSocket: a client that is gone without a close frame is a broken connection", async () => {
  await using running = await startWeb();
  const { server, web } = running;
  (await WebPeer.connect(web.addr))[Symbol.dispose]();
  await until(server, (server) => server.stats().disconnected.reset === 1);
});

test("WebSocket: a client is told where messages are missing, and how many", async () => {
  const hub = new Hub({ capacity: 256 * 1024 });
  await using running = await startWeb({ hub, stallTimeout: 0 });
  const { server, web } = running;
  using peer = await WebPeer.connect(web.addr);
  await until(server, (server) => server.stats().clients === 1);
  let sent = 0;
  // Until much more is missing than the system's buffers hold.
  while (hub.broadcasts < 200_000 || server.stats().dropped < 10_000) {
    const bodies = Array.from({ length: 64 }, () => numbered(sent++, 255));
    hub.broadcast(concat(bodies.map((text) => encode(text))), 64);
    if (sent % 1024 === 0) await new Promise((done) => setImmediate(done));
  }
  hub.broadcast(encode("last"));
  let next = 0;
  for (let heard; (heard = await peer.hear()) !== "last";) {
    if (heard!.startsWith("{")) next += JSON.parse(heard!).dropped;
    else assertEquals(Number(heard!.split(":")[0]), next++);
  }
  assertEquals(next, sent);
  assertEquals(server.stats().dropped > 10_000, true);
});

test("WebSocket: a client that takes nothing is disconnected after the stall time-out", async () => {
  await using running = await startWeb({ stallTimeout: 40 });
  const { server, web } = running;
  using _peer = await WebPeer.connect(web.addr);
  await until(server, (server) => server.stats().clients === 1);
  await stick(server);
  await until(server, (server) => server.stats().disconnected.stalled === 1);
});

test("WebSocket: a server that ends says so, sends what waits, and closes with 1001", async () => {
  await using running = await startWeb();
  const { server, web } = running;
  using peer = await WebPeer.connect(web.addr);
  await until(server, (server) => server.stats().clients === 1);
  server.hub.broadcast(encode("before"));
  const ended = server.shutdown();
  const heard = [await peer.hear(), await peer.hear(), await peer.hear()];
  assertEquals(heard, ["before", '{"draining":true}', "close 1001"]);
  using late = await WebPeer.connect(web.addr);
  assertEquals(late.answer.status, 503);
  assertEquals(web.stats().refused.draining, 1);
  await peer.send(closing(1001));
  await inTime(ended, "the server to end");
  assertEquals(server.stats().disconnected.drained, 1);
  await inTime(web.finished, "the web side to end");
  Deno.listen({ port: web.addr.port, hostname: "127.0.0.1" }).close();
});

test("WebSocket: a client that the program disconnects is told so, with 1008", async () => {
  await using running = await startWeb();
  const { server, web } = running;
  using peer = await WebPeer.connect(web.addr);
  await peer.say("a");
  assertEquals(await peer.hear(), "a");
  const [client] = server.clients.values();
  client!.disconnect();
  client!.disconnect();
  await peer.say("too late");
  assertEquals(await peer.hear(), "close 1008");
  await peer.send(closing(1008));
  assertEquals(await peer.hear(), null);
  await until(server, (server) => server.stats().disconnected.removed === 1);
  assertEquals(server.stats().messagesIn, 1);
});

test("WebSocket: a client that the program disconnects and that does not answer is gone, too", async () => {
  await using running = await startWeb();
  const { server, web } = running;
  using peer = await WebPeer.connect(web.addr);
  await until(server, (server) => server.stats().clients === 1);
  server.clients.get(1)!.disconnect();
  assertEquals(await peer.hearAll(), ["close 1008"]);
  await until(server, (server) => server.stats().disconnected.removed === 1);
});

test("WebSocket: a failing publisher closes with 1011", async () => {
  const errors: unknown[] = [];
  await using running = await startWeb({
    publisher: { publish: () => Promise.reject(new Error("no engine")) },
    onError: (error) => errors.push(error),
  });
  using peer = await WebPeer.connect(running.web.addr);
  await peer.say("a");
  assertEquals(await peer.hearAll(), ["close 1011"]);
  assertEquals(errors.length, 1);
});

test("WebSocket: nothing is read from a client while the publisher is busy", async () => {
  const published = Promise.withResolvers<void>();
  await using running = await startWeb({
    publisher: { publish: () => published.promise },
  });
  using peer = await WebPeer.connect(running.web.addr);
  const piece = frame(2, 60_000);
  let sent = 0;
  const flooding = (async () => {
    for (; sent < 64 * 1024 ** 2; sent += piece.length) await peer.send(piece);
  })();
  // The system's buffers take some megabytes, the server nothing more.
  let before = -1;
  await eventually(
    "the flood to stand still",
    () => new Promise<number>((done) => setTimeout(() => done(sent), 50)),
    (now) => now === before || (before = now, false),
  );
  assert(sent < 32 * 1024 ** 2, `${sent} bytes`);
  assertEquals(running.server.stats().messagesIn > 0, true);
  peer[Symbol.dispose]();
  published.resolve();
  await assertRejects(() => flooding, Error);
});

test("WebSocket: who breaks the protocol is told why, counted, and gone", async () => {
  const text = "breaks the protocol";
  const unfinished = { fin: false };
  const cases: [string, number, Uint8Array][] = [
    ["text", 1003, frame(1, text)],
    ["not masked", 1002, frame(2, text, { masked: false })],
    ["a reserved bit", 1002, frame(2, text, { rsv: 4 })],
    ["an unknown opcode", 1002, frame(3, text)],
    ["1 GiB", 1009, frame(2, "", { claims: 2 ** 30 })],
    ["64 KiB and a byte", 1009, frame(2, "", { claims: 65_537 })],
    [
      "a long fragment",
      1009,
      concat([
        frame(2, 65_000, unfinished),
        frame(0, 600, unfinished),
      ]),
    ],
    [
      "endless fragments",
      1008,
      concat([
        frame(2, "", unfinished),
        ...Array.from({ length: 1100 }, () => frame(0, "", unfinished)),
      ]),
    ],
    [
      "endless pings",
      1008,
      concat(
        Array.from({ length: 101 }, () => frame(9, "ping")),
      ),
    ],
    [
      "a close reason that is not UTF-8",
      1007,
      closing(1000, Uint8Array.of(255)),
    ],
    ["a close code that is none", 1002, closing(999)],
  ];
  await using running = await startWeb();
  const { server, web } = running;
  const expected: Record<number, number> = {};
  for (const [what, code, bytes] of cases) {
    using peer = await WebPeer.connect(web.addr);
    await peer.send(bytes);
    assertEquals((await peer.hearAll()).at(-1), `close ${code}`, what);
    expected[code] = (expected[code] ?? 0) + 1;
    assertEquals<Record<number, number>>(web.stats().invalid, expected);
  }
  const { invalid } = server.stats().disconnected;
  assertEquals([invalid, server.stats().clients], [cases.length, 0]);
});

test("serveWeb() refuses strangers, says why, and counts them by reason", async () => {
  await using running = await startWeb();
  const { server, web } = running;
  const { addr } = web;
  const at = (path: string, headers = {}, method = "GET") =>
    head(path, addr, headers, method);
  const cases: [string, number, string, RegExp][] = [
    ["path", 404, at("/other"), /nothing/],
    ["path", 404, at("/other", {}, "POST"), /nothing/],
    ["method", 405, at("/", {}, "POST"), /GET/],
    [
      "host",
      403,
      at("/", { Host: "evil.example:1" }),
      /--web-host evil\.example/,
    ],
    [
      "host",
      403,
      at("/ws", { ...HANDSHAKE, Host: "evil.example" }),
      /--web-host/,
    ],
    ["host", 400, "GET / HTTP/1.1\r\n\r\n", /Host/],
    ["malformed", 400, "\x16\x03\x01\r\n\r\n", /not an HTTP request/],
    ["head", 431, at("/", { A: "a".repeat(8192) }), /8192/],
    ["handshake", 426, at("/ws"), /WebSocket/],
    ["handshake", 426, at("/ws", HANDSHAKE, "HEAD"), /^$/],
    ["method", 405, at("/ws", HANDSHAKE, "POST"), /GET/],
    ["method", 405, at("/", {}, "OPTIONS"), /GET/],
    ["method", 405, at("/", {}, "M-SEARCH"), /GET/],
    ["handshake", 400, at("/ws", HANDSHAKE) + "early", /before/],
    [
      "origin",
      403,
      at("/ws", { ...HANDSHAKE, Origin: "http://evil.example" }),
      /--web-origin http:\/\/evil\.example/,
    ],
    [
      "origin",
      403,
      at("/ws", { ...HANDSHAKE, Origin: "null" }),
      /--web-origin/,
    ],
  ];
  const expected = { ...web.stats().refused };
  for (const [reason, status, text, says] of cases) {
    const answer = await request(addr, text);
    assertEquals(answer.status, status, text);
    assertMatch(answer.body, says);
    assert(answer.headers.has("content-security-policy"));
    expected[reason as keyof typeof expected]++;
    assertEquals(web.stats().refused, expected, text);
  }
  assertEquals(server.stats().clients, 0);
});

test("serveWeb() knows the names and origins that it is given", async () => {
  await using running = await startWeb({}, {
    hosts: ["Chat.example"],
    origins: ["https://other.example"],
  });
  const { addr } = running.web;
  assertEquals((await get(addr, "/", { Host: "chat.example" })).status, 200);
  for (const Origin of ["https://chat.example", "https://other.example"]) {
    using peer = await WebPeer.connect(addr, { Host: "chat.example", Origin });
    assertEquals(peer.answer.status, 101);
  }
});

test("serveWeb() refuses WebSockets by the server's limits", async () => {
  await using running = await startWeb({ maxClients: 1 });
  const { server, web } = running;
  using first = await WebPeer.connect(web.addr);
  assertEquals(first.answer.status, 101);
  using second = await WebPeer.connect(web.addr);
  assertEquals(second.answer.status, 503);
  assertEquals([server.stats().refused, web.stats().refused.maxClients], [
    1,
    1,
  ]);
});

test("serveWeb() believes the proxies it is given, and nobody else, whose clients these are", async () => {
  for (const proxies of [[], ["127.0.0.1"]]) {
    const addresses: unknown[] = [];
    await using running = await startWeb({
      maxClientsPerAddress: 1,
      onEvent: ({ type, remoteAddr }) =>
        addresses.push([type, (remoteAddr as Deno.NetAddr).hostname]),
    }, { proxies });
    const { web } = running;
    const answers = [];
    using peers = new DisposableStack();
    for (const client of ["192.0.2.1", "192.0.2.2", "192.0.2.1"]) {
      const peer = await WebPeer.connect(web.addr, {
        "X-Forwarded-For": client,
      });
      answers.push(peers.use(peer).answer.status);
    }
    const connected = proxies.length > 0;
    assertEquals(answers, [101, connected ? 101 : 503, 503]);
    const from = (n: number) => connected ? `192.0.2.${n}` : "127.0.0.1";
    assertEquals(addresses, [
      ["connected", from(1)],
      [connected ? "connected" : "refused", from(2)],
      ["refused", from(1)],
    ]);
    assertEquals(
      web.stats().refused.maxClientsPerAddress,
      connected ? 1 : 2,
    );
  }
});
