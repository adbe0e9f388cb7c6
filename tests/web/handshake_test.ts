import { assertEquals } from "@std/assert";
import { parseHead } from "../../lib/http/request.ts";
import { checkHandshake, checkOrigin } from "../../lib/web/handshake.ts";
import { test } from "../support/test.ts";

function originStatus(host: string, origin: string, origins: string[] = []) {
  const head = `GET /ws HTTP/1.1\r\nHost: ${host}\r\nOrigin: ${origin}`;
  return checkOrigin(parseHead(head)!, origins)?.status;
}

test("checkOrigin() lets a page of the server's own origin connect", () => {
  for (
    const [host, origin] of [
      ["127.0.0.1:8000", "http://127.0.0.1:8000"],
      ["[::1]:8000", "http://[::1]:8000"],
      ["Chat.example", "https://chat.example"],
      ["chat.example:443", "https://chat.example"],
      ["chat.example", "http://chat.example:80"],
    ] as const
  ) assertEquals(originStatus(host, origin), undefined, origin);
});

test("checkOrigin() refuses pages of other origins, but for those it was given", () => {
  for (
    const origin of [
      ...["http://127.0.0.1", "http://127.0.0.1:8001", "http://localhost:8000"],
      ...["https://evil.example", "null", "", "127.0.0.1:8000"],
      ...["http://127.0.0.1:8000.evil.example", "file:///"],
      ...["http://evil@127.0.0.1:8000", "http://127.0.0.1:8000/path"],
      ...["chrome-extension://127.0.0.1:8000", "ws://127.0.0.1:8000"],
    ]
  ) {
    assertEquals(originStatus("127.0.0.1:8000", origin), 403, origin);
    assertEquals(originStatus("127.0.0.1:8000", origin, [origin]), undefined);
  }
});

test("checkOrigin() lets a client that is no browser connect", () => {
  const head = parseHead("GET /ws HTTP/1.1\r\nHost: a")!;
  assertEquals(checkOrigin(head, []), undefined);
});

const HANDSHAKE = {
  "Connection": "keep-alive, Upgrade",
  "Upgrade": "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

function handshakeStatus(
  headers: Record<string, string>,
  { method = "GET", rest = 0 } = {},
) {
  const lines = Object.entries({ ...HANDSHAKE, ...headers })
    .map(([name, value]) => `\r\n${name}: ${value}`);
  const head = parseHead(`${method} /ws HTTP/1.1${lines.join("")}`)!;
  return checkHandshake({ ...head, rest: new Uint8Array(rest) })?.status;
}

test("checkHandshake() takes a WebSocket of version 13, and says what else is wrong", () => {
  assertEquals(handshakeStatus({}), undefined);
  assertEquals(handshakeStatus({ Upgrade: "WebSocket" }), undefined);
  assertEquals(handshakeStatus({ Connection: "keep-alive" }), 426);
  assertEquals(handshakeStatus({ Upgrade: "h2c" }), 426);
  assertEquals(handshakeStatus({}, { method: "POST" }), 426);
  assertEquals(handshakeStatus({ "Sec-WebSocket-Version": "8" }), 426);
  assertEquals(handshakeStatus({ "Sec-WebSocket-Key": "short" }), 400);
  assertEquals(handshakeStatus({}, { rest: 1 }), 400);
});
