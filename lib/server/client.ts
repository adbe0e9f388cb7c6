/**
 * Clients as a program sees them: what each has sent and received, those that are
 * connected and the newest that have left.
 *
 * @module
 */
import type { DisconnectReason, Traffic } from "./stats.ts";

/**
 * What a connected client is in:
 *
 * - `open`: it takes what is broadcast;
 * - `lagging`: it loses messages, and has not caught up;
 * - `ending`: it has ended its sending side, or the server ends, and it still gets what
 *   was broadcast until then.
 */
export type ClientState = "open" | "lagging" | "ending";

/** What is known of a client as long as it is remembered. */
export interface ClientFacts extends Traffic {
  /** The client's number: the server numbers the clients it adds, from 1. */
  readonly client: number;
  /** The client's address. */
  readonly remoteAddr: Deno.Addr;
  /** What the client came by: `tcp`, `unix`, `websocket`. */
  readonly protocol: string;
  /** When it connected, in milliseconds since 1970. */
  readonly since: number;
  /** Messages it lost since then, exactly. */
  readonly dropped: number;
}

/** A client that is connected; all but its number, address and start changes. */
export interface ConnectedClient extends ClientFacts {
  /** Messages that wait for it now. */
  readonly lag: number;
  /** What it is in. */
  readonly state: ClientState;
  /**
   * Disconnects it: at once, or, a WebSocket, when it has been told, for which it has a
   * second. The server counts it as `removed`. May be called twice.
   */
  disconnect(): void;
}

/** A client that was connected. */
export interface EndedClient extends ClientFacts {
  /** When it left, in milliseconds since 1970. */
  readonly until: number;
  /** How the connection ended. */
  readonly reason: DisconnectReason;
}
