/**
 * Events: what a room reports as it happens. Nothing in them comes from clients.
 *
 * @module
 */

/** The engine is away: clients wait, and after the hold their messages are dropped. */
export interface EngineDownEvent {
  /** Which event it is. */
  type: "engineDown";
}

/** The engine is there, at the start or again: messages flow. */
export interface EngineUpEvent {
  /** Which event it is. */
  type: "engineUp";
  /** How long it was away, in milliseconds. */
  away: number;
  /** Messages that clients sent meanwhile and the room dropped. */
  dropped: number;
  /** Messages in flight when it went away that were lost. */
  lost: number;
}

/** Clients have waited for the engine as long as they may: their messages are dropped. */
export interface DroppingEvent {
  /** Which event it is. */
  type: "dropping";
}

/** Part of the stream was missed. */
export interface GapEvent {
  /** Which event it is. */
  type: "gap";
  /**
   * Why: `trimmed`, the stream no longer has it, or `replaced`, the stream is not the
   * one it was. The messages are counted in `RoomStats.lostInGaps`, each node's as
   * soon as it speaks again.
   */
  reason: "trimmed" | "replaced";
  /** Batches that were missed; `undefined` where only the messages can be counted. */
  batches: number | undefined;
}

/** The engine refuses; the room goes on trying. */
export interface EngineRefusedEvent {
  /** Which event it is. */
  type: "engineRefused";
  /** What somebody has to change. */
  error: Error;
}

/** Something that happened to a room. */
export type RoomEvent =
  | EngineDownEvent
  | EngineUpEvent
  | DroppingEvent
  | GapEvent
  | EngineRefusedEvent;
