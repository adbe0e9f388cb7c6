/**
 * The options of a room: their defaults and bounds.
 *
 * @module
 */

/** The room of those who name none. */
export const DEFAULT_ROOM = "lobby";

/** What a room can be called: it becomes part of a stream's name. */
export const ROOM_NAME = /^[\w-]{1,64}$/;

/** How long clients wait for the engine by default, in milliseconds. */
export const DEFAULT_HOLD = 10_000;

/** How a stream is made, if there is none. */
export interface StreamOptions {
  /** How many engines of a cluster keep it, 1 to 5. */
  replicas: number;
  /** Where they keep it. */
  storage: "file" | "memory";
  /** How long they keep a message, in milliseconds; at least a second. */
  maxAge: number;
  /** How much they keep, in bytes. */
  maxBytes: number;
}

/** The defaults: a copy, in files, of five minutes or 256 MiB. */
export const DEFAULT_STREAM: StreamOptions = {
  replicas: 1,
  storage: "file",
  maxAge: 300_000,
  maxBytes: 256 * 1024 * 1024,
};
