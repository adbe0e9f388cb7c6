/**
 * A run: what the framer makes of a read, what the hub takes and what its
 * channels give.
 *
 * @module
 */

/** Whole messages, one after another, as the bytes they are sent in. */
export interface Run {
  /** The messages, from the first byte of the first to the last of the last. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** How many messages these are. */
  readonly count: number;
}
