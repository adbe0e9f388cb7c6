/**
 * The session: reads the stream and writes to it, until anything is wrong. It opens
 * the stream, reads it to its end, finds there which batches of this node are stored,
 * and sends the others again before anything new.
 *
 * @module
 */
import type { Availability } from "./availability.ts";
import { type Batch, batchId } from "./batch.ts";
import type { OutgoingBatch } from "./batcher.ts";
import type { RoomClock } from "./clock.ts";
import type { Acknowledgement, Engine, Entry, StreamState } from "./engine.ts";
import type { Inbox } from "./inbox.ts";
import type { Outbox } from "./outbox.ts";

/** How long a session waits for an entry that the stream should have, in milliseconds. */
const PROGRESS_TIMEOUT = 2000;

/** What outlives a session. */
export interface SessionOptions {
  readonly node: bigint;
  readonly engine: Engine;
  readonly clock: RoomClock;
  readonly inbox: Inbox;
  readonly outbox: Outbox;
  readonly availability: Availability;
  readonly onStored: (acknowledgement: Acknowledgement) => void;
}

/** One session. */
export class Session {
  readonly #options: SessionOptions;
  readonly #end = new AbortController();
  /** The stream as it was when the session began. */
  #state!: StreamState;
  /** How many gaps the outbox knows of. */
  #gaps = 0;
  /** Whether the stream was read to its end, and batches are sent. */
  #isOpen = false;
  /** Whether an entry came since progress was last looked at. */
  #progress = true;

  constructor(options: SessionOptions) {
    this.#options = options;
  }

  /** Ends it. May be called twice. */
  end(): void {
    this.#end.abort();
  }

  /** Runs it. Resolves, or rejects, when anything is wrong, or when it is ended. */
  async run(): Promise<void> {
    const { engine, inbox, outbox } = this.#options;
    const { signal } = this.#end;
    this.#state = await engine.open();
    if (signal.aborted) return;
    this.#gaps = inbox.counts.gaps;
    if (!inbox.open(this.#state)) outbox.loseInFlight();
    this.#advance();
    this.#watchProgress();
    await engine.read(inbox.cursor + 1, (entry) => this.#take(entry), signal);
  }

  #take(entry: Entry): void | Promise<void> {
    const { inbox } = this.#options;
    this.#progress = true;
    const batch = inbox.take(entry);
    const broadcasting = batch && inbox.broadcast(batch.run);
    if (broadcasting) return broadcasting.then(() => this.#taken(batch));
    this.#taken(batch);
  }

  /** An entry was taken, and is broadcast if it is a new batch. */
  #taken(batch: Batch | undefined): void {
    const { node, outbox } = this.#options;
    if (batch?.node === node) {
      outbox.readBack(batch.counter, batch.run.count);
    } else if (batch?.asks) outbox.announce(false);
    this.#advance();
  }

  /** The cursor may have moved: tells the outbox, and lets it send from the stream's end on. */
  #advance(): void {
    const { inbox, outbox } = this.#options;
    const isAtEnd = !this.#isOpen && inbox.reachedEnd(this.#state);
    outbox.passed(inbox.cursor);
    if (inbox.counts.gaps > this.#gaps) {
      this.#gaps = inbox.counts.gaps;
      outbox.announce(true);
    }
    if (!isAtEnd || this.#end.signal.aborted) return;
    this.#isOpen = true;
    outbox.open(this.#send, this.#state);
    // Others answer with their totals, so that what was missed is counted soon.
    outbox.announce(true);
  }

  readonly #send = (batch: OutgoingBatch): void => {
    const { engine, outbox, availability, onStored } = this.#options;
    engine.publish(batch.bytes, batchId(batch)).then(
      (acknowledgement) => {
        outbox.stored(batch.counter, acknowledgement.seq);
        onStored(acknowledgement);
        // Not before: an engine whose disk is full says what it has, and stores nothing.
        if (!this.#end.signal.aborted) availability.up();
      },
      () => this.end(),
    );
  };

  /**
   * Ends the session if it waits for entries which the stream has no longer: those it
   * had when it was opened, or a batch that it has stored. The next session sees that.
   */
  async #watchProgress(): Promise<void> {
    const { clock, outbox } = this.#options;
    const { signal } = this.#end;
    let stored: number | undefined;
    while (!signal.aborted) {
      const { oldestStored } = outbox;
      const waits = !this.#isOpen ||
        (oldestStored !== undefined && oldestStored === stored);
      if (!this.#progress && waits) return this.end();
      this.#progress = false;
      stored = oldestStored;
      await clock.delay(PROGRESS_TIMEOUT, signal);
    }
  }
}
