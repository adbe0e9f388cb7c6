/**
 * A WebSocket as a program connects it: a stream of bytes each way, as a TCP socket is
 * one. The stress tester and benchmarks connect with it; it goes at the pace of the one
 * that reads, which the runtime's own `WebSocket` does not.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { escape } from "../wire/escape.ts";
import type { ByteSource } from "../wire/framer.ts";
import { CloseCode, WebSocketError } from "../wire/websocket/close_code.ts";
import { acceptKey, VERSION } from "../wire/websocket/handshake.ts";
import {
  type ByteStream,
  WebSocketByteStream,
} from "../wire/websocket/stream.ts";
import { type ByteSink, writeAll } from "../wire/write_all.ts";
import { connectTo } from "./endpoint.ts";

export { CloseCode, WebSocketError };
export type { ByteSink, ByteSource, ByteStream };

/** The longest answer to the handshake, in bytes. */
const MAX_ANSWER = 8 * 1024;

/** Options of {@linkcode connectWebSocket}. */
export interface WebSocketConnectOptions {
  /** Called with the notices of the server: each is JSON. */
  onText?: (text: string) => void;
  /** Certificates to trust with `wss://`, as PEM, besides those that Deno trusts. */
  caCerts?: string[] | undefined;
  /** Gives up connecting. */
  signal?: AbortSignal | undefined;
}

/** A connection of a client, made by {@linkcode connectWebSocket}. */
export interface WebSocketConnection extends ByteStream, Disposable {}

/**
 * Connects to a WebSocket.
 *
 * @param url `ws://HOST:PORT/PATH`, or `wss://`.
 * @throws {TypeError} If it is no such URL.
 * @throws {Error} If the server does not make it a WebSocket; the message has its answer.
 * @throws {Deno.errors.ConnectionRefused} If no server listens there.
 * @throws {Deno.errors.InvalidData} If the server's certificate is not trusted.
 * @throws {Deno.errors.NotCapable} If `--allow-net` does not cover the address.
 *
 * @example The stream of a server, in a WebSocket
 * ```ts
 * import { encode, serve } from "@zillions/server";
 * import { serveWeb } from "@zillions/server/web";
 * import { connectWebSocket } from "@zillions/server/websocket";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = serve({ port: 0 });
 * const { addr } = await serveWeb(server, { port: 0 });
 * using client = await connectWebSocket(`ws://127.0.0.1:${addr.port}/ws`);
 * await client.write(encode("hello"));
 * const buffer = new Uint8Array(256);
 * const read = await client.read(buffer);
 * assertEquals(buffer.subarray(0, read!), encode("hello"));
 * ```
 */
export async function connectWebSocket(
  url: string,
  { caCerts, signal, ...options }: WebSocketConnectOptions = {},
): Promise<WebSocketConnection> {
  const address = webSocketAddress(url);
  const transport = address.tls ? "tls" : "tcp";
  const socket = await connectTo({ ...address, transport }, {
    caCerts,
    ...signal && { signal },
  });
  const abort = () => socket[Symbol.dispose]();
  signal?.addEventListener("abort", abort);
  try {
    const key = crypto.getRandomValues(new Uint8Array(16)).toBase64();
    await writeAll(socket, new TextEncoder().encode(request(address, key)));
    const head = await readAnswer(socket, await acceptKey(key));
    return new Connection(socket, { role: "client", head, ...options });
  } catch (error) {
    socket[Symbol.dispose]();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener("abort", abort);
  }
}

/** Where a WebSocket is. */
export interface WebSocketAddress {
  /** Without brackets. */
  readonly hostname: string;
  /** 80 or 443 where there is none in the URL. */
  readonly port: number;
  /** Whether it is `wss://`. */
  readonly tls: boolean;
  /** As the Host header has it. */
  readonly host: string;
  /** With the query. */
  readonly path: string;
}

/**
 * The parts of a `ws://` or `wss://` URL.
 *
 * @throws {TypeError} If it is no such URL.
 */
export function webSocketAddress(url: string): WebSocketAddress {
  const { protocol, hostname, port, host, pathname, search } = URL.parse(url) ??
    { protocol: "" };
  const tls = protocol === "wss:";
  if (!tls && protocol !== "ws:") {
    throw new TypeError(
      `Cannot read the URL "${escape(url)}": it is ws://HOST:PORT/PATH`,
    );
  }
  return {
    hostname: hostname!.replace(/^\[|\]$/g, ""),
    port: Number(port || (tls ? 443 : 80)),
    tls,
    host: host!,
    path: pathname! + search!,
  };
}

class Connection extends WebSocketByteStream implements WebSocketConnection {
  [Symbol.dispose](): void {
    this.close();
  }
}

function request({ host, path }: WebSocketAddress, key: string): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: ${host}`,
    "Connection: Upgrade",
    "Upgrade: websocket",
    `Sec-WebSocket-Version: ${VERSION}`,
    `Sec-WebSocket-Key: ${key}`,
    "\r\n",
  ].join("\r\n");
}

/** Reads and checks the answer, and returns what arrived behind it. */
async function readAnswer(
  socket: Deno.Conn,
  accept: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const buffer = new Uint8Array(1024);
  let bytes = new Uint8Array();
  for (;;) {
    const read = await socket.read(buffer);
    bytes = concat([bytes, buffer.subarray(0, read ?? 0)]);
    const text = String.fromCharCode(...bytes);
    const end = text.indexOf("\r\n\r\n");
    const isOver = read === null || bytes.length > MAX_ANSWER;
    if (end < 0 && !isOver) continue;
    const [status = "", ...lines] = text.slice(0, end).split("\r\n");
    const accepted = lines.some((line) =>
      line.toLowerCase().startsWith("sec-websocket-accept:") &&
      line.endsWith(` ${accept}`)
    );
    if (end >= 0 && status.startsWith("HTTP/1.1 101 ") && accepted) {
      return bytes.slice(end + 4);
    }
    throw new Error(
      `Cannot connect: the server answers the handshake with "${
        escape(status.slice(0, 80))
      }"`,
    );
  }
}
