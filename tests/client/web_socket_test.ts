import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  connectWebSocket,
  webSocketAddress,
} from "../../lib/client/web_socket.ts";
import { encode } from "../../lib/wire/frame.ts";
import { inTime } from "../support/eventually.ts";
import { CERT, KEY } from "../support/tls.ts";
import { test } from "../support/test.ts";
import { startWeb } from "../support/web.ts";

test("connectWebSocket() is a stream each way, with what the server says besides", async () => {
  await using running = await startWeb();
  const texts: string[] = [];
  using client = await connectWebSocket(
    `ws://127.0.0.1:${running.web.addr.port}/ws`,
    { onText: (text) => texts.push(text) },
  );
  await client.write(encode("hello"));
  const buffer = new Uint8Array(256);
  const read = () => inTime(client.read(buffer), "bytes");
  assertEquals(buffer.subarray(0, await read() ?? 0), encode("hello"));
  const ended = running.server.shutdown();
  assertEquals(await read(), null);
  assertEquals(texts, ['{"draining":true}']);
  client.close();
  await inTime(ended, "the server to end");
});

test("connectWebSocket() says what a server answers that is none", async () => {
  await using running = await startWeb();
  const { port } = running.web.addr;
  await assertRejects(
    () => connectWebSocket(`ws://127.0.0.1:${port}/other`),
    Error,
    'the server answers the handshake with "HTTP/1.1 404 Not Found"',
  );
});

/** What a client makes of a server that answers so, and hangs up. */
async function answered(answer: string, url: string, tls = false) {
  const options = { hostname: "127.0.0.1", port: 0 };
  using listener: Deno.Listener<Deno.Conn, Deno.NetAddr> = tls
    ? Deno.listenTls({ ...options, cert: CERT, key: KEY })
    : Deno.listen(options);
  const connecting = connectWebSocket(
    url.replace("PORT", `${listener.addr.port}`),
  )
    .then((client) => client[Symbol.dispose](), (error) => `${error}`);
  using socket = await inTime(listener.accept(), "a client");
  // Of TLS the client breaks the handshake off; what it says is what counts.
  await socket.read(new Uint8Array(1024)).catch(() => {});
  await socket.write(new TextEncoder().encode(answer)).catch(() => {});
  await socket.closeWrite().catch(() => {});
  return await inTime(connecting, "the client to give up");
}

test("connectWebSocket() believes no answer but the right one", async () => {
  const right = "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: ";
  for (
    const answer of ["", "HTTP/1.1 101", `${right}x\r\n\r\n`, "a".repeat(9000)]
  ) {
    const said = await answered(answer, "ws://127.0.0.1:PORT/ws");
    assertEquals(`${said}`.includes("the server answers the handshake"), true);
  }
  const said = await answered("", "wss://localhost:PORT/ws", true);
  assertEquals(/certificate/i.test(`${said}`), true, `${said}`);
});

test("connectWebSocket() gives up when its signal says so", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const giveUp = new AbortController();
  const connecting = connectWebSocket(
    `ws://127.0.0.1:${listener.addr.port}/ws`,
    { signal: giveUp.signal },
  );
  using socket = await inTime(listener.accept(), "a client");
  await socket.read(new Uint8Array(1024)); // the request, which gets no answer
  giveUp.abort(new Error("enough"));
  await assertRejects(() => connecting, Error, "enough");
  assertEquals(await socket.read(new Uint8Array(1)), null);
});

test("webSocketAddress() reads ws:// and wss://", () => {
  assertEquals(webSocketAddress("ws://[::1]:80/a?b"), {
    ...{ hostname: "::1", port: 80, tls: false, host: "[::1]", path: "/a?b" },
  });
  const { port, tls } = webSocketAddress("wss://localhost/");
  assertEquals([port, tls], [443, true]);
  for (const url of ["http://a/", "ws:/", "a"]) {
    assertThrows(() => webSocketAddress(url), TypeError, "it is ws://");
  }
});
