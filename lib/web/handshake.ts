/**
 * The handshake of a WebSocket, as the server sees it: which requests become one.
 *
 * @module
 */
import type { Refusal } from "../http/answer.ts";
import type { HttpRequest } from "../http/http_server.ts";
import type { RequestHead } from "../http/request.ts";
import { escape } from "../wire/escape.ts";
import { isKey, VERSION } from "../wire/websocket/handshake.ts";

/** The origin of a page: extensions have other schemes, and nobody has a user in it. */
const WEB_PAGE = /^https?:\/\/[^/?#@\\]+$/i;

/**
 * Refuses pages of other origins than the server's own and `origins`. A client that
 * names no origin is not a browser.
 */
export function checkOrigin(
  { headers }: RequestHead,
  origins: readonly string[],
): Refusal<"origin"> | undefined {
  const origin = headers.get("origin");
  if (origin === undefined || origins.includes(origin)) return undefined;
  // Parsed alike, so that a port that is the default of the scheme may be left out.
  const page = WEB_PAGE.test(origin) && URL.parse(origin);
  const own = page && URL.parse(`${page.protocol}//${headers.get("host")}`);
  if (own && page.host === own.host) return undefined;
  return {
    reason: "origin",
    status: 403,
    text: `pages of "${escape(origin)}" may not connect: ` +
      `start the server with --web-origin ${escape(origin)}`,
  };
}

/** Refuses what is not the handshake of a WebSocket. */
export function checkHandshake(
  { method, headers, rest }: Pick<HttpRequest, "method" | "headers" | "rest">,
): Refusal<"handshake"> | undefined {
  const refuse = (status: number, text: string) => ({
    reason: "handshake" as const,
    status,
    text,
    headers: { "Upgrade": "websocket", "Sec-WebSocket-Version": VERSION },
  });
  const list = (name: string) =>
    (headers.get(name) ?? "").toLowerCase().split(/[\s,]+/);
  if (
    method !== "GET" || !list("connection").includes("upgrade") ||
    !list("upgrade").includes("websocket")
  ) return refuse(426, "here is a WebSocket");
  if (headers.get("sec-websocket-version") !== VERSION) {
    return refuse(426, `the version of the WebSocket is ${VERSION}`);
  }
  if (!isKey(headers.get("sec-websocket-key") ?? "")) {
    return refuse(400, "the handshake needs a Sec-WebSocket-Key of 16 bytes");
  }
  if (rest.length > 0) {
    return refuse(400, "nothing may be sent before the handshake is answered");
  }
  return undefined;
}
