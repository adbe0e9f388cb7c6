/**
 * The room: all clients of all servers that joined it, with one order for all. It
 * joins a hub to a stream of an engine: what this server's clients send goes to the
 * stream, and what comes from the stream, everybody's messages and its own, goes to
 * the hub. Nothing else does, and that is the one order.
 *
 * ```text
 *          publish          batches                    entries
 * clients ────────▶ outbox ────────▶ engine's stream ────────▶ inbox ────▶ hub ────▶ clients
 * ```
 *
 * ## Sessions
 * Reading from the stream and writing to it is a session. Whatever goes wrong (the
 * link, an acknowledgement that does not come, a stream that is gone) ends the
 * session, and the next one repairs: it opens the stream, reads it to its end, finds
 * there what of its own is stored, and sends the rest again.
 *
 * ## Losses
 * A message reaches each server at most once. What is lost is counted: by each server
 * that misses it, and by the server that could not store it.
 *
 * @module
 */
import type { Channel, Hub } from "../hub/hub.ts";
import { Callbacks } from "../server/callbacks.ts";
import type { Publisher } from "../server/publisher.ts";
import type { Run } from "../wire/run.ts";
import { Availability } from "./availability.ts";
import { ROOM_CLOCK, type RoomClock } from "./clock.ts";
import { type Engine, EngineRefusedError } from "./engine.ts";
import type { RoomEvent } from "./events.ts";
import { Inbox, type InboxCounts } from "./inbox.ts";
import { DEFAULT_HOLD } from "./options.ts";
import { Outbox, type OutboxCounts } from "./outbox.ts";
import { Sessions } from "./sessions.ts";

export type * from "./engine.ts";
export type * from "./events.ts";
export { EngineRefusedError };
export type { Channel, Hub, Publisher, Run };
export type { InboxCounts, OutboxCounts, RoomClock };

/** How long the start waits for an engine that neither answers nor refuses, in milliseconds. */
const START_TIMEOUT = 2000;

/** Options of a {@linkcode Room}. */
export interface RoomOptions {
  /** The hub that gets all messages of the room. Nobody else should broadcast on it. */
  hub: Hub;
  /** The engine, which the room closes at its end. */
  engine: Engine;
  /**
   * Milliseconds that clients wait while the engine is away or full. After that what
   * they send is dropped and counted.
   *
   * @default {10000}
   */
  hold?: number;
  /** Called with what happens to the room. */
  onEvent?: (event: RoomEvent) => void;
  /**
   * Called with failures that the room survives, among them those of `onEvent`, also
   * later ones, as a promise. If it fails itself, nobody hears of it.
   */
  onError?: (error: unknown) => void;
  /** Where the room takes the time from; a test can give its own. */
  clock?: RoomClock;
}

/** What a room has done. Counts are of messages where nothing else is said, exact, and never reset. */
export interface RoomStats extends InboxCounts, OutboxCounts {
  /** Whether messages flow. */
  engineUp: boolean;
  /** For how long that has been so, in milliseconds. */
  engineSince: number;
  /** Batches in flight. */
  inFlight: number;
  /** Batches that the engine had stored already when they were sent again. */
  foundStored: number;
}

/** A hub joined to a room. */
export class Room implements Publisher, AsyncDisposable {
  readonly #engine: Engine;
  readonly #clock: RoomClock;
  readonly #callbacks: Callbacks;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #availability: Availability;
  readonly #end = new AbortController();
  readonly #finished: Promise<void>;
  #foundStored = 0;

  /** Begins to join. */
  constructor(options: RoomOptions) {
    const { hub, engine, hold = DEFAULT_HOLD, clock = ROOM_CLOCK } = options;
    this.#engine = engine;
    this.#clock = clock;
    const node = crypto.getRandomValues(new BigUint64Array(1))[0]!;
    this.#callbacks = new Callbacks(options.onError ?? (() => {}));
    const onEvent = (event: RoomEvent) => {
      if (!this.#end.signal.aborted) {
        this.#callbacks.call(options.onEvent, event);
      }
    };
    this.#outbox = new Outbox({
      node,
      clock,
      hold,
      signal: this.#end.signal,
      onDropping: () => onEvent({ type: "dropping" }),
    });
    this.#inbox = new Inbox(hub, clock, onEvent);
    this.#availability = new Availability({
      clock,
      onEvent,
      counts: () => this.#outbox.counts,
    });
    const sessions = new Sessions({
      node,
      engine,
      clock,
      inbox: this.#inbox,
      outbox: this.#outbox,
      availability: this.#availability,
      onStored: ({ duplicate }) => {
        if (duplicate) this.#foundStored++;
      },
      signal: this.#end.signal,
      onError: this.#callbacks.report,
    });
    this.#finished = sessions.run();
  }

  /**
   * Resolves when the room is joined, or when the engine is not there yet; it is
   * waited for then.
   *
   * @throws {EngineRefusedError} If the engine refuses the credentials, or the stream
   * cannot be used. The room is closed then.
   */
  async start(): Promise<"joined" | "waiting"> {
    const timeout = new AbortController();
    const late = this.#clock.delay(START_TIMEOUT, timeout.signal)
      .then(() => "waiting" as const);
    try {
      return await Promise.race([this.#availability.started, late]);
    } finally {
      this.#availability.wait();
      timeout.abort();
    }
  }

  /**
   * Takes what a client sent, at most 64 KiB. Waits while the engine is away or has
   * too much to store.
   */
  publish(run: Run): void | Promise<void> {
    return this.#outbox.publish(run);
  }

  /** Resolves when everything taken so far was broadcast on the hub, or is lost. */
  flush(): Promise<void> {
    return this.#outbox.flush();
  }

  /** The stats at this moment. */
  stats(): RoomStats {
    return {
      engineUp: this.#availability.isUp,
      engineSince: this.#availability.age,
      inFlight: this.#outbox.inFlight,
      foundStored: this.#foundStored,
      ...this.#outbox.counts,
      ...this.#inbox.counts,
    };
  }

  /** Leaves the room. What was not read back is counted as lost. May be called twice. */
  async close(): Promise<void> {
    if (!this.#end.signal.aborted) {
      this.#end.abort();
      this.#outbox.end();
      this.#availability.end();
      await this.#engine.close().catch((error) =>
        this.#callbacks.report(error)
      );
    }
    await this.#finished;
  }

  /** Leaves the room. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
