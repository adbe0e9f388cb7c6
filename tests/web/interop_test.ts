/** Clients that others wrote: `ws` of Node, `websockets` of Python, Deno's own. */
import { assert, assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import type { Buffer } from "node:buffer";
import { WebSocket as Ws } from "ws";
import { bodies, encode } from "../../lib/wire/frame.ts";
import { run } from "../support/command.ts";
import { eventually, inTime } from "../support/eventually.ts";
import { Peer } from "../support/peer.ts";
import { path } from "../support/script.ts";
import { test } from "../support/test.ts";
import { startWeb } from "../support/web.ts";

const UTF8 = new TextDecoder();

/** A client that `ws` is. */
async function connectWs(port: number) {
  const socket = new Ws(`ws://127.0.0.1:${port}/ws`);
  const pieces: Uint8Array[] = [];
  const notices: string[] = [];
  socket.on("message", (data: Buffer, binary: boolean) => {
    if (binary) pieces.push(new Uint8Array(data));
    else notices.push(data.toString());
  });
  const closed = new Promise<[number, string]>((resolve) =>
    socket.on(
      "close",
      (code: number, reason: Buffer) => resolve([code, reason.toString()]),
    )
  );
  await inTime(
    new Promise((resolve, reject) =>
      socket.on("open", resolve).on("error", reject)
    ),
    "ws to connect",
  );
  return {
    socket,
    notices,
    closed: () => inTime(closed, "ws to close"),
    heard: () => [...bodies(concat(pieces))].map((body) => UTF8.decode(body)),
  };
}

test("interop: `ws` and TCP clients hear one order, however they cut what they send", async () => {
  const MESSAGES = 300;
  await using running = await startWeb();
  const { server, web } = running;
  const clients = await Promise.all(
    [0, 1, 2].map(() => connectWs(web.addr.port)),
  );
  using tcp = await Peer.join(server.addr, "tcp");
  await Promise.all([
    (async () => {
      for (let n = 0; n < MESSAGES; n++) await tcp.say(`tcp ${n}`);
    })(),
    ...clients.map(async ({ socket }, client) => {
      for (let n = 0; n < MESSAGES; n++) {
        const frame = encode(`ws ${client} ${n}`);
        const cut = n % frame.length;
        // Two messages, or two fragments of one.
        socket.send(frame.subarray(0, cut), { fin: n % 2 === 0 });
        socket.send(frame.subarray(cut));
        if (n % 50 === 0) socket.ping();
        await new Promise((done) => setImmediate(done));
      }
    }),
  ]);
  const all = 1 + 4 * MESSAGES;
  const heard = await eventually(
    "all to arrive",
    () => clients.map(({ heard }) => heard()),
    (heard) => heard.every(({ length }) => length === all),
  );
  const order = ["tcp", ...await tcp.hearMany(all - 1)];
  for (const each of heard) assertEquals(each, order);
  for (const { socket, closed } of clients) {
    socket.close(1000);
    assertEquals(await closed(), [1000, ""]);
  }
  for (const name of ["tcp", "ws 0", "ws 1", "ws 2"]) {
    const own = order.filter((text) => text!.startsWith(`${name} `));
    assertEquals(
      own,
      Array.from({ length: MESSAGES }, (_, n) => `${name} ${n}`),
    );
  }
});

test("interop: `ws` is answered its pings, and hears that the server ends", async () => {
  await using running = await startWeb();
  const { socket, notices, closed } = await connectWs(running.web.addr.port);
  const pong = new Promise<string>((resolve) =>
    socket.on("pong", (data: Buffer) => resolve(data.toString()))
  );
  socket.ping("are you there");
  assertEquals(await inTime(pong), "are you there");
  const ended = running.server.shutdown();
  assertEquals(await closed(), [1001, ""]);
  assertEquals(notices, ['{"draining":true}']);
  await ended;
});

test("interop: `ws` is told what it did wrong", async () => {
  await using running = await startWeb();
  for (
    const [data, code] of [["text", 1003], [
      new Uint8Array(65_537),
      1009,
    ]] as const
  ) {
    const { socket, closed } = await connectWs(running.web.addr.port);
    socket.send(data);
    const [seen, reason] = await closed();
    assertEquals(seen, code);
    assert(reason.length > 10, reason);
  }
});

/** Whether Python is there and has the package. */
const { code } = await run(["python3", "-c", "import websockets"])
  .catch(() => ({ code: 1 }));

test("interop: `websockets` of Python", { ignore: code !== 0 }, async () => {
  await using running = await startWeb();
  const { stdout, stderr } = await run([
    "python3",
    path("tests/web/interop.py"),
    `ws://127.0.0.1:${running.web.addr.port}/ws`,
  ]);
  assertEquals(stderr, "");
  assertEquals(stdout.trim().split("\n").map((line) => JSON.parse(line)), [
    { same: true },
    { code: 1000 },
    { code: 1003, reason: "text is not accepted" },
  ]);
});
