/**
 * Events: what a server reports of its clients as it happens. A client chooses
 * nothing that is in them, except the address that it connects from.
 *
 * @module
 */
import type { ClientLimit } from "./client_limits.ts";
import type { DisconnectReason } from "./stats.ts";

/** What each event about a client has. */
export interface ClientEvent {
  /** The client's number: the server numbers the clients it adds, from 1. */
  client: number;
  /** The client's address. */
  remoteAddr: Deno.Addr;
}

/** A client connected. */
export interface ConnectedEvent extends ClientEvent {
  /** Which event it is. */
  type: "connected";
}

/**
 * A client begins to lose messages. Reported once until the client has caught up:
 * when it takes its next run, or within a second.
 */
export interface LaggingEvent extends ClientEvent {
  /** Which event it is. */
  type: "lagging";
  /** Messages it has lost since it last kept up. */
  dropped: number;
}

/** A lagging client has been given the newest message. */
export interface CaughtUpEvent extends ClientEvent {
  /** Which event it is. */
  type: "caughtUp";
  /** Messages it lost meanwhile, exactly. */
  dropped: number;
}

/** A client left, or was disconnected. */
export interface DisconnectedEvent extends ClientEvent {
  /** Which event it is. */
  type: "disconnected";
  /** How the connection ended. */
  reason: DisconnectReason;
  /** Messages it lost since it connected, exactly. */
  dropped: number;
}

/** A client was refused. */
export interface RefusedEvent {
  /** Which event it is. */
  type: "refused";
  /** The client's address. */
  remoteAddr: Deno.Addr;
  /** The limit that refused it. */
  limit: ClientLimit;
}

/** Something that happened to a client. */
export type ServerEvent =
  | ConnectedEvent
  | LaggingEvent
  | CaughtUpEvent
  | DisconnectedEvent
  | RefusedEvent;
