/**
 * The inbox: the way of messages from the stream to the hub. It keeps the cursor,
 * notices what is missing, passes over what was seen before or is foreign, and waits
 * for the hub.
 *
 * @module
 */
import type { Hub } from "../hub/hub.ts";
import { HubPublisher } from "../server/publisher.ts";
import { type Batch, readBatch } from "./batch.ts";
import type { RoomClock } from "./clock.ts";
import type { Entry, StreamState } from "./engine.ts";
import type { GapEvent } from "./events.ts";
import type { Run } from "../wire/run.ts";
import { Totals } from "./totals.ts";

/** A node that is so many milliseconds behind the stream waits less for its readers. */
const MAX_BEHIND = 2000;

/** The same for so many bytes of entries. */
const MAX_BYTES_BEHIND = 32 * 1024 * 1024;

/** What may be broadcast before the hub is asked whether it is ready: so many bytes, and this share of its capacity. */
const MAX_UNREADY = { bytes: 64 * 1024, share: 1 / 4 } as const;

/** Counts of an inbox. */
export interface InboxCounts {
  /** Messages broadcast on the hub. */
  received: number;
  /** Times that part of the stream was missed. */
  gaps: number;
  /** Messages in those parts. */
  lostInGaps: number;
  /** Entries that are no batches of this stream. */
  foreign: number;
  /** Batches that came a second time. */
  duplicates: number;
}

/** The way of messages from the stream to the hub. */
export class Inbox {
  readonly counts: InboxCounts = {
    received: 0,
    gaps: 0,
    lostInGaps: 0,
    foreign: 0,
    duplicates: 0,
  };
  readonly #hub: Hub;
  readonly #publisher: HubPublisher;
  readonly #clock: RoomClock;
  readonly #maxUnready: number;
  readonly #onGap: (event: GapEvent) => void;
  readonly #totals = new Totals();
  /** Bytes that were broadcast since the hub was last known to be ready. */
  #unready = 0;
  /** When the stream was made, as it was last seen; `undefined` before the first time. */
  #created: number | undefined;
  /** Entries up to this one are older than this node. */
  #joinedAt = 0;
  /** The last entry that was taken. */
  #cursor = 0;
  /**
   * The last entry that was missed. Those before this node joined are not: a batch
   * that comes twice, before and after that, more than the duplicate window apart, is
   * at its second place here.
   */
  #missed = 0;
  /** The mean size of entries, in bytes, of late. */
  #meanSize = 0;
  /** How much the engine's clock is behind this one, in milliseconds, when nothing is late. */
  #clockOffset = Infinity;

  constructor(
    hub: Hub,
    clock: RoomClock,
    onGap: (event: GapEvent) => void,
  ) {
    this.#hub = hub;
    this.#publisher = new HubPublisher(hub);
    this.#clock = clock;
    this.#maxUnready = Math.min(
      MAX_UNREADY.bytes,
      MAX_UNREADY.share * hub.capacity,
    );
    this.#onGap = onGap;
  }

  /** The sequence number of the last entry that was taken. */
  get cursor(): number {
    return this.#cursor;
  }

  /**
   * A session begins with the stream as it is now: what of it is still to be read?
   *
   * @returns Whether it is the stream as it was, with all of it that was read.
   */
  open({ created, first, last }: StreamState): boolean {
    this.#clockOffset = Infinity;
    if (this.#created === undefined) { // only what comes from now on
      this.#created = created;
      this.#cursor = this.#joinedAt = last;
      return true;
    }
    const isSame = created === this.#created;
    if (isSame && last >= this.#cursor) return true;
    // The engine has lost the stream, or its end. Batches that were seen are known.
    this.#created = created;
    if (!isSame) this.#joinedAt = 0;
    this.#joinedAt = Math.min(this.#joinedAt, last);
    this.#cursor = this.#missed = Math.max(this.#joinedAt, first - 1, 0);
    this.#gap("replaced", undefined);
    return false;
  }

  /**
   * Whether nothing is left to read of the stream as it was. What is gone at its end
   * counts as a gap then: no entry will show it.
   */
  reachedEnd({ last, newest }: Pick<StreamState, "last" | "newest">): boolean {
    if (this.#cursor < newest) return false;
    this.#skipTo(last);
    return true;
  }

  /**
   * Takes the next entry.
   *
   * @returns The batch, if it is a new one. Its messages are still to be broadcast.
   */
  take(entry: Entry): Batch | undefined {
    if (entry.seq <= this.#cursor) return undefined;
    this.#skipTo(entry.seq - 1);
    this.#cursor = entry.seq;
    this.#meanSize += (entry.data.length - this.#meanSize) / 16;
    const batch = readBatch(entry.data);
    if (!batch || batch.stream !== this.#created) {
      this.counts.foreign++;
      return undefined;
    }
    // Others may have had it where this node missed entries: it is missed here too, and counted.
    if (batch.after < this.#missed) return undefined;
    const lost = this.#totals.add(batch);
    if (lost === undefined) {
      this.counts.duplicates++;
      return undefined;
    }
    this.counts.lostInGaps += lost;
    this.counts.received += batch.run.count;
    this.#hub.throttles = !this.#isBehind(entry);
    return batch;
  }

  /** Broadcasts a run. Where the hub needs time, a promise resolves when all is broadcast and it is ready for more. */
  broadcast(run: Run): Promise<void> | undefined {
    this.#unready += run.bytes.length;
    if (this.#unready > this.#maxUnready) {
      this.#unready = 0;
      return this.#publisher.publish(run);
    }
    if (run.count > 0 && !this.#hub.closed) {
      this.#hub.broadcast(run.bytes, run.count);
    }
    return undefined;
  }

  /** Moves the cursor over entries that the stream no longer has. */
  #skipTo(seq: number): void {
    const batches = seq - this.#cursor;
    if (batches <= 0) return;
    this.#cursor = this.#missed = seq;
    this.#gap("trimmed", batches);
  }

  #gap(reason: GapEvent["reason"], batches: number | undefined): void {
    this.counts.gaps++;
    this.#totals.missed();
    this.#onGap({ type: "gap", reason, batches });
  }

  /**
   * Whether this node is so far behind the stream that waiting for slow readers
   * could cost all its clients messages.
   */
  #isBehind({ pending, storedAt }: Entry): boolean {
    const offset = this.#clock.now() - storedAt;
    // The newest entry is as late as the clocks differ, and the way takes.
    if (pending === 0 || offset < this.#clockOffset) this.#clockOffset = offset;
    return offset - this.#clockOffset > MAX_BEHIND ||
      pending * this.#meanSize > MAX_BYTES_BEHIND;
  }
}
