/**
 * What the web side counts: refused requests and broken WebSockets, by reason.
 *
 * @module
 */
import type { HttpRefusal } from "../http/answer.ts";
import type { ClientLimit } from "../server/serve.ts";
import type { CloseCode } from "../wire/websocket/close_code.ts";

/**
 * Why a request was refused: what HTTP servers refuse; or
 *
 * - `origin`: a page of another origin wants to connect (403);
 * - `handshake`: it is no handshake of a WebSocket (400, 426);
 * - `maxClients`, `maxClientsPerAddress`, `draining`: the server takes no such client
 *   now (503).
 */
export type WebRefusal =
  | HttpRefusal
  | "origin"
  | "handshake"
  | ClientLimit
  | "draining";

/** What `web.stats()` returns: counts since the start, never reset. */
export interface WebStats {
  /** Requests that were refused, by reason. */
  refused: Record<WebRefusal, number>;
  /** WebSockets that broke the protocol, by the code they were closed with. */
  invalid: Partial<Record<CloseCode, number>>;
}

/** Counts. */
export class WebCounts {
  readonly #refused: Record<WebRefusal, number> = {
    path: 0,
    method: 0,
    host: 0,
    malformed: 0,
    head: 0,
    timeout: 0,
    sockets: 0,
    origin: 0,
    handshake: 0,
    maxClients: 0,
    maxClientsPerAddress: 0,
    draining: 0,
  };
  readonly #invalid: Partial<Record<CloseCode, number>> = {};

  /** Counts a request that was refused. */
  refuse(reason: WebRefusal): void {
    this.#refused[reason]++;
  }

  /** Counts a WebSocket that broke the protocol. */
  invalid(code: CloseCode): void {
    this.#invalid[code] = (this.#invalid[code] ?? 0) + 1;
  }

  /** The counts at this moment. */
  stats(): WebStats {
    return { refused: { ...this.#refused }, invalid: { ...this.#invalid } };
  }
}
