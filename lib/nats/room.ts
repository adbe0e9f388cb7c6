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
import { batchId } from "./batch.ts";
import { ROOM_CLOCK, type RoomClock } from "./clock.ts";
import { type Engine, EngineRefusedError, type StreamState } from "./engine.ts";
import type { RoomEvent } from "./events.ts";
import { Inbox, type InboxCounts } from "./inbox.ts";
import { DEFAULT_HOLD } from "./options.ts";
import { Outbox, type OutboxCounts } from "./outbox.ts";

export type * from "./engine.ts";
export type * from "./events.ts";
export { EngineRefusedError };
export type { Channel, Hub, Publisher, Run };
export type { InboxCounts, OutboxCounts, RoomClock };

/** How long the start waits for an engine that neither answers nor refuses, in milliseconds. */
const START_TIMEOUT = 2000;

/** How long a session waits for an entry that the stream should have, in milliseconds. */
const PROGRESS_TIMEOUT = 2000;

/** The pauses between two sessions that fail, in milliseconds. */
const [MIN_PAUSE, MAX_PAUSE] = [50, 1000] as const;

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
  readonly #options: RoomOptions;
  readonly #callbacks: Callbacks;
  readonly #node = crypto.getRandomValues(new BigUint64Array(1))[0]!;
  readonly #outbox: Outbox;
  readonly #inbox: Inbox;
  readonly #end = new AbortController();
  /** Settled by the first session, or when it does not come. */
  readonly #started = Promise.withResolvers<"joined" | "waiting">();
  readonly #finished: Promise<unknown>;
  /** Ends the current session. */
  #session: AbortController | undefined;
  /** Resolved while the link is up. */
  #link = Promise.withResolvers<void>();
  #isLinked = false;
  #isUp = false;
  #since: number;
  #foundStored = 0;
  /** Whether the engine's refusal was reported and still holds. */
  #isRefused = false;
  /** Counts at the time when the engine went away. */
  #then = { dropped: 0, lost: 0 };

  /** Begins to join. */
  constructor(options: RoomOptions) {
    const { hub, engine, hold = DEFAULT_HOLD, clock = ROOM_CLOCK } = options;
    this.#engine = engine;
    this.#clock = clock;
    this.#options = options;
    this.#callbacks = new Callbacks(options.onError ?? (() => {}));
    this.#since = clock.now();
    this.#outbox = new Outbox({
      node: this.#node,
      clock,
      hold,
      signal: this.#end.signal,
      onDropping: () =>
        this.#callbacks.call(this.#options.onEvent, { type: "dropping" }),
    });
    this.#inbox = new Inbox(
      hub,
      clock,
      (event) => this.#callbacks.call(options.onEvent, event),
    );
    this.#started.promise.catch(() => {}); // nobody has to wait for it
    this.#finished = Promise.all([this.#watchLink(), this.#runSessions()]);
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
      return await Promise.race([this.#started.promise, late]);
    } finally {
      this.#started.resolve("waiting"); // a refusal is no longer the start's
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
      engineUp: this.#isUp,
      engineSince: this.#clock.now() - this.#since,
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
      this.#session?.abort();
      this.#link.resolve();
      this.#outbox.end();
      this.#isUp = false;
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

  async #watchLink(): Promise<void> {
    try {
      for await (const isUp of this.#engine.links()) {
        if (isUp) this.#link.resolve();
        else {
          if (this.#isLinked) this.#link = Promise.withResolvers();
          this.#session?.abort();
          this.#started.resolve("waiting");
        }
        this.#isLinked = isUp;
        if (this.#end.signal.aborted) break;
      }
    } catch (error) {
      this.#callbacks.report(error);
    }
  }

  async #runSessions(): Promise<void> {
    const { signal } = this.#end;
    let pause: number = MIN_PAUSE;
    while (!signal.aborted) {
      await this.#link.promise;
      if (signal.aborted) return;
      const session = this.#session = new AbortController();
      try {
        await this.#runSession(session.signal);
      } catch (error) {
        this.#failed(error);
      }
      session.abort(); // what still reads stops
      pause = this.#isUp ? MIN_PAUSE : Math.min(2 * pause, MAX_PAUSE);
      this.#leave();
      await this.#clock.delay(pause, signal);
    }
  }

  /** One session. It ends, or throws, when anything is wrong. */
  async #runSession(signal: AbortSignal): Promise<void> {
    const state = await this.#engine.open();
    if (signal.aborted) return;
    const { counts } = this.#inbox;
    let { gaps } = counts;
    if (!this.#inbox.open(state)) this.#outbox.loseInFlight();
    else if (counts.gaps > gaps) this.#outbox.missed();
    gaps = counts.gaps;
    this.#outbox.passed(this.#inbox.cursor);
    let progress = true;
    const isAtEnd = () => !this.#isUp && this.#inbox.cursor >= state.last;
    const entries = this.#engine.read(this.#inbox.cursor + 1, signal);
    if (isAtEnd()) this.#enter(signal, state);
    this.#watchProgress(signal, () => progress && !(progress = false));
    for await (const entry of entries) {
      progress = true;
      const batch = await this.#inbox.take(entry);
      if (batch?.node === this.#node) {
        this.#outbox.readBack(batch.counter, batch.run.count);
      } else if (batch?.asks) this.#outbox.announce(false);
      this.#outbox.passed(this.#inbox.cursor);
      if (counts.gaps > gaps) {
        this.#outbox.missed();
        this.#outbox.announce(true);
      }
      gaps = counts.gaps;
      if (signal.aborted) return;
      if (isAtEnd()) this.#enter(signal, state);
    }
  }

  /**
   * Ends a session that waits for entries which the stream has no longer: those it
   * had when it was opened, or a batch that it has stored. The next session sees that.
   */
  async #watchProgress(
    signal: AbortSignal,
    madeProgress: () => boolean,
  ): Promise<void> {
    let stored: number | undefined;
    while (!signal.aborted) {
      const { oldestStored } = this.#outbox;
      const waits = !this.#isUp ||
        (oldestStored !== undefined && oldestStored === stored);
      if (!madeProgress() && waits) return this.#session?.abort();
      stored = oldestStored;
      await this.#clock.delay(PROGRESS_TIMEOUT, signal);
    }
  }

  /** The stream is read to its end: messages flow from now on. */
  #enter(signal: AbortSignal, state: StreamState): void {
    const now = this.#clock.now();
    const away = now - this.#since;
    this.#isUp = true;
    this.#isRefused = false;
    this.#since = now;
    this.#outbox.open((batch) => {
      this.#engine.publish(batch.bytes, batchId(batch)).then(
        ({ seq, duplicate }) => {
          this.#outbox.stored(batch.counter, seq);
          if (duplicate) this.#foundStored++;
        },
        () => this.#endSession(signal),
      );
    }, state);
    // Others answer with their totals, so that what was missed is counted soon.
    this.#outbox.announce(true);
    const { droppedWhileHeld, lostInWindow } = this.#outbox.counts;
    this.#callbacks.call(this.#options.onEvent, {
      type: "engineUp",
      away,
      dropped: droppedWhileHeld - this.#then.dropped,
      lost: lostInWindow - this.#then.lost,
    });
    this.#started.resolve("joined");
  }

  /** A batch of a session was not stored: that session ends, if it has not. */
  #endSession(signal: AbortSignal): void {
    if (this.#session?.signal === signal) this.#session.abort();
  }

  #leave(): void {
    this.#outbox.close();
    if (!this.#isUp) return;
    this.#isUp = false;
    this.#since = this.#clock.now();
    const { droppedWhileHeld, lostInWindow } = this.#outbox.counts;
    this.#then = { dropped: droppedWhileHeld, lost: lostInWindow };
    if (!this.#end.signal.aborted) {
      this.#callbacks.call(this.#options.onEvent, { type: "engineDown" });
    }
  }

  #failed(error: unknown): void {
    if (!(error instanceof EngineRefusedError)) return; // not now: the next session tries again
    this.#started.reject(error);
    if (this.#isRefused) return;
    this.#isRefused = true;
    this.#callbacks.call(this.#options.onEvent, {
      type: "engineRefused",
      error,
    });
  }
}
