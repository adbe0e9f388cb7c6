/**
 * The web side of a server: a page to chat in, and WebSockets at `/ws` on the same
 * hub. A WebSocket is a client like any other, with the same limits, time-outs, counts
 * and endings; the [server](https://jsr.io/@zillions/server/doc/server) says what
 * these are.
 *
 * ## The stream
 * Binary messages carry the stream of frames that TCP carries, cut anywhere: the
 * server sends what waits, many frames at a time; a client may send any piece, up to
 * 64 KiB. Text messages to the client are notices, JSON objects: `{"dropped": 1204}`
 * where so many messages are missing, `{"draining": true}` when the server ends. Text
 * from the client is an error.
 *
 * ## Ending
 * A close frame of the client is the end of its sending side: it gets what was
 * broadcast until then, and a close frame. The server closes with 1001 when it ends,
 * with 1002, 1003, 1007, 1008 or 1009 when the client broke the protocol, with 1008 when
 * the program disconnects the client, and with 1011 when the client's messages could not
 * be published.
 *
 * ## Strangers
 * Pages of other origins cannot connect, and a name that is not known to be the
 * server's is refused. The head of a request is 8 KiB at most and arrives within 5
 * seconds. {@linkcode Web.stats} counts what is refused, by reason.
 *
 * @module
 */
import {
  type Answer,
  encodeHead,
  type HttpRefusal,
  type Refusal,
} from "../http/answer.ts";
import {
  type Asset,
  assetAnswer,
  type AssetAnswers,
  type Assets,
  checkMethod,
  prepareAssets,
} from "../http/assets.ts";
import { checkHost } from "../http/host.ts";
import { type HttpRequest, HttpServer } from "../http/http_server.ts";
import { listen } from "../server/listener.ts";
import type { ClientLimit, Listener, Server } from "../server/serve.ts";
import { SocketTransport } from "../server/transport.ts";
import type { CloseCode } from "../wire/websocket/close_code.ts";
import { acceptKey } from "../wire/websocket/handshake.ts";
import { chatAssets } from "./assets.ts";
import { WebCounts, type WebRefusal, type WebStats } from "./counts.ts";
import { clientAddress } from "./forwarded.ts";
import { checkHandshake, checkOrigin } from "./handshake.ts";
import type { WebOptions } from "./options.ts";
import { WebSocketTransport } from "./transport.ts";

export type { Asset, Assets, ClientLimit, CloseCode, HttpRefusal, Listener };
export type { WebOptions, WebRefusal, WebStats };

/** Where WebSockets are. */
const WEBSOCKET_PATH = "/ws";

/** The port to listen on by default. */
const DEFAULT_PORT = 8000;

/** A running web side. It ends when its server has ended. */
export interface Web {
  /** The address it listens on, with the real port. */
  readonly addr: Deno.NetAddr;
  /** Resolves when the server has ended and the port is free. Never rejects. */
  readonly finished: Promise<void>;
  /** The stats at this moment. */
  stats(): WebStats;
}

/**
 * Listens on an address, and serves the page and WebSockets of `server` there until
 * that has ended.
 *
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.AddrNotAvailable} If the address is not this machine's.
 * @throws {Deno.errors.PermissionDenied} If the system does not allow the port.
 * @throws {Deno.errors.NotCapable} If `--allow-net` does not cover the address.
 *
 * @example A browser's WebSocket on a server
 * ```ts
 * import { encode, serve } from "@zillions/server";
 * import { serveWeb } from "@zillions/server/web";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = serve({ port: 0 });
 * const web = await serveWeb(server, { port: 0 });
 *
 * const browser = new WebSocket(`ws://127.0.0.1:${web.addr.port}/ws`);
 * browser.binaryType = "arraybuffer";
 * const heard = new Promise<ArrayBuffer>((resolve) =>
 *   browser.onmessage = ({ data }) => resolve(data)
 * );
 * browser.onopen = () => browser.send(encode("hello"));
 * assertEquals(new Uint8Array(await heard), encode("hello"));
 *
 * const closed = new Promise((resolve) => browser.onclose = resolve);
 * browser.close();
 * await closed;
 * ```
 */
export async function serveWeb(
  server: Pick<Server, "add" | "finished">,
  options: WebOptions = {},
): Promise<Web> {
  const { hostname, port = DEFAULT_PORT, assets = chatAssets } = options;
  const answers = await prepareAssets(assets);
  const listener = options.listener ??
    listen({ ...hostname !== undefined && { hostname }, port });
  return new HttpWeb(listener, server, answers, options);
}

class HttpWeb implements Web {
  readonly addr: Deno.NetAddr;
  readonly finished: Promise<void>;
  readonly #server: Pick<Server, "add">;
  readonly #answers: AssetAnswers;
  readonly #origins: readonly string[];
  readonly #hosts: readonly string[];
  readonly #proxies: readonly string[];
  readonly #counts = new WebCounts();
  /** One for all clients. */
  readonly #onInvalid = (code: CloseCode) => this.#counts.invalid(code);

  constructor(
    listener: Listener<Deno.NetAddr>,
    server: Pick<Server, "add" | "finished">,
    answers: AssetAnswers,
    { hostname, origins = [], hosts = [], proxies = [], onError = () => {} }:
      WebOptions,
  ) {
    this.addr = listener.addr;
    this.#server = server;
    this.#answers = answers;
    this.#origins = origins;
    this.#hosts = [...hosts, ...hostname === undefined ? [] : [hostname]]
      .map((name) => name.toLowerCase());
    this.#proxies = proxies;
    const http = new HttpServer(listener, {
      answer: (request) => this.#answer(request),
      onRefused: (reason) => this.#counts.refuse(reason as WebRefusal),
      onError,
    });
    server.finished.then(() => http.close());
    this.finished = http.finished;
  }

  stats(): WebStats {
    return this.#counts.stats();
  }

  async #answer(
    request: HttpRequest,
  ): Promise<Answer | Refusal<WebRefusal> | undefined> {
    return checkHost(request, this.#hosts) ??
      (request.path === WEBSOCKET_PATH
        ? checkMethod(request) ?? checkHandshake(request) ??
          checkOrigin(request, this.#origins) ?? await this.#connect(request)
        : assetAnswer(this.#answers, request));
  }

  /** Makes a request a client of the server, or says why it cannot be one. */
  async #connect(
    { headers, socket }: HttpRequest,
  ): Promise<Refusal<WebRefusal> | undefined> {
    const accept = await acceptKey(headers.get("sec-websocket-key")!);
    const peer = socket.remoteAddr as Deno.NetAddr;
    const hostname = clientAddress(
      peer.hostname,
      headers.get("x-forwarded-for") ?? "",
      this.#proxies,
    );
    const transport = new WebSocketTransport(
      new SocketTransport(socket),
      { ...peer, hostname },
      this.#onInvalid,
    );
    const reason = this.#server.add(transport);
    if (reason) {
      const text = "the server takes no more clients now";
      return { reason, status: 503, text };
    }
    transport.accept(encodeHead(101, {
      "Upgrade": "websocket",
      "Connection": "Upgrade",
      "Sec-WebSocket-Accept": accept,
    }));
    return undefined;
  }
}
