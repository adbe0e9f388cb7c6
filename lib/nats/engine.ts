/**
 * The engine: a stream that several servers write to and read from, and that gives
 * all messages one order. The room uses it; NATS JetStream is one.
 *
 * @module
 */

/** The state of a stream. */
export interface StreamState {
  /** When the stream was made, in milliseconds of the engine's clock. A stream made anew has another time. */
  readonly created: number;
  /** The sequence number of the oldest entry that is kept. */
  readonly first: number;
  /** The sequence number of the newest entry, kept or not; 0 if there was none. */
  readonly last: number;
  /** The sequence number of the newest entry that is kept; 0 if none is. */
  readonly newest: number;
  /** For so many milliseconds the engine recognizes an id that it has stored. */
  readonly duplicateWindow: number;
}

/** One entry of the stream. */
export interface Entry {
  /** Its sequence number, from 1. */
  readonly seq: number;
  /** What was published. */
  readonly data: Uint8Array<ArrayBuffer>;
  /** How many entries are stored behind it. */
  readonly pending: number;
  /** When the engine stored it, in milliseconds of the engine's clock. */
  readonly storedAt: number;
}

/** What the engine answers to what it has stored. */
export interface Acknowledgement {
  /** Where it is stored, whether the stream still has it or not. */
  readonly seq: number;
  /** Whether the engine had stored an entry of this id before. */
  readonly duplicate: boolean;
}

/** A link to an engine, and one stream of it. */
export interface Engine {
  /** Whether the link is up, at each change; the first value as soon as it is known. Ends when closed. */
  links(): AsyncIterable<boolean>;
  /**
   * Opens the stream; creates it if there is none.
   *
   * @throws {EngineRefusedError} If the engine refuses the credentials, or the stream
   * there cannot be used. Other errors mean: not now.
   */
  open(): Promise<StreamState>;
  /**
   * Sends at once, in the order of the calls. The bytes must not change until the
   * promise settles.
   *
   * @returns When the engine has stored it. Rejects if it did not, or did not answer
   * in time.
   */
  publish(batch: Uint8Array, id: string): Promise<Acknowledgement>;
  /**
   * Reads the entries from sequence number `from` on, in order. The next comes when
   * `onEntry` has returned and its promise, if there is one, is resolved.
   *
   * @returns When the entries stop for any reason, the signal among them, and the
   * last is done with. Rejects where the engine or `onEntry` fails.
   */
  read(
    from: number,
    onEntry: (entry: Entry) => void | Promise<void>,
    signal: AbortSignal,
  ): Promise<void>;
  /** Closes the link. May be called twice. */
  close(): Promise<void>;
}

/** The engine refuses, and waiting alone does not help: somebody has to change something. */
export class EngineRefusedError extends Error {
  /** The name of this class. */
  override readonly name = "EngineRefusedError";
}
