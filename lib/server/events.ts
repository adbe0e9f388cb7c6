/**
 * Events: what a server tells of its clients as it happens. Its one rule: what is
 * told was seen by the server; nothing in it was chosen by a client, but the
 * address that it comes from.
 *
 * @module
 */
import type { DisconnectReason } from "./connection.ts";
import type { Limit } from "./client_limits.ts";

/** What each event about a client says. */
export interface ClientEvent {
  /** The client: the server numbers those it lets in, from 1. */
  client: number;
  /** Where it comes from. */
  remoteAddr: Deno.Addr;
}

/** A client was let in. */
export interface ConnectedEvent extends ClientEvent {
  /** Which event it is. */
  type: "connected";
}

/**
 * A client begins to lose messages. Told once, until it has caught up: when it
 * takes the next, or within a second.
 */
export interface LaggingEvent extends ClientEvent {
  /** Which event it is. */
  type: "lagging";
  /** Messages that it has lost since it last kept up. */
  dropped: number;
}

/** A client that was lagging has been given the newest message. */
export interface CaughtUpEvent extends ClientEvent {
  /** Which event it is. */
  type: "caughtUp";
  /** Messages that it lost meanwhile, exactly. */
  dropped: number;
}

/** A client has gone, or was disconnected. */
export interface DisconnectedEvent extends ClientEvent {
  /** Which event it is. */
  type: "disconnected";
  /** How it ended. */
  reason: DisconnectReason;
  /** Messages that it lost since it connected, exactly. */
  dropped: number;
}

/** A client was turned away. */
export interface RefusedEvent {
  /** Which event it is. */
  type: "refused";
  /** Where it comes from. */
  remoteAddr: Deno.Addr;
  /** The limit that left no place for it. */
  limit: Limit;
}

/** Something that happened to a client. */
export type ServerEvent =
  | ConnectedEvent
  | LaggingEvent
  | CaughtUpEvent
  | DisconnectedEvent
  | RefusedEvent;
