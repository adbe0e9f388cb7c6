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
  /** How many engines of a cluster keep it, from 1 to 5. */
  replicas: number;
  /** Where they keep it. */
  storage: "file" | "memory";
  /** How long they keep a message, in milliseconds, from a second to 30 days. */
  maxAge: number;
  /** How much they keep, in bytes, from 256 KiB to 1 TiB. */
  maxBytes: number;
}

/** The defaults: a copy, in files, of five minutes or 256 MiB. */
export const DEFAULT_STREAM: StreamOptions = {
  replicas: 1,
  storage: "file",
  maxAge: 300_000,
  maxBytes: 256 * 1024 * 1024,
};

/** A day, in milliseconds. */
const DAY = 86_400_000;

/** The least and the largest value of each number among the options. */
export const BOUNDS = {
  hold: [0, DAY],
  replicas: [1, 5],
  maxAge: [1000, 30 * DAY],
  maxBytes: [256 * 1024, 1024 ** 4],
} as const;

/**
 * Checks options from outside.
 *
 * @throws {TypeError} If the room's name or the storage is none.
 * @throws {RangeError} If a number is not within its bounds.
 */
export function checkOptions(
  { room, storage, ...numbers }:
    & { room: string; hold: number }
    & StreamOptions,
): void {
  if (typeof room !== "string" || !ROOM_NAME.test(room)) {
    throw new TypeError(
      "Cannot join the room: its name is 1 to 64 letters, digits, - and _",
    );
  }
  if (storage !== "file" && storage !== "memory") {
    throw new TypeError("Cannot join the room: its storage is file or memory");
  }
  for (const [name, [min, max]] of Object.entries(BOUNDS)) {
    const value = numbers[name as keyof typeof BOUNDS];
    if (Number.isInteger(value) && value >= min && value <= max) continue;
    throw new RangeError(
      `Cannot join the room with a ${name} of ${value}: it is a whole number from ${min} to ${max}`,
    );
  }
}
