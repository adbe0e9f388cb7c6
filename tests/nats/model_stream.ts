/** A model of an engine's stream: it does what it is told to, and nothing by itself. */
import type {
  Acknowledgement,
  Entry,
  StreamState,
} from "../../lib/nats/engine.ts";
import type { FakeRoomClock } from "./fake_room_clock.ts";

/** The stream, which outlives its links. */
export class ModelStream {
  /** How long it recognizes an id, in milliseconds. */
  readonly duplicateWindow: number;
  readonly #clock: FakeRoomClock;
  #created = 0;
  #entries: { seq: number; data: Uint8Array<ArrayBuffer>; at: number }[] = [];
  #last = 0;
  /** Where and when each id was stored. */
  #ids = new Map<string, { seq: number; at: number }>();
  #isThere = false;
  /** Resolved and replaced at each change. */
  #changed = Promise.withResolvers<void>();

  constructor(clock: FakeRoomClock, duplicateWindow = 120_000) {
    this.#clock = clock;
    this.duplicateWindow = duplicateWindow;
  }

  get state(): StreamState {
    return {
      created: this.#created,
      first: this.#entries[0]?.seq ?? this.#last + 1,
      last: this.#last,
      newest: this.#entries.at(-1)?.seq ?? 0,
      duplicateWindow: this.duplicateWindow,
    };
  }

  get isThere(): boolean {
    return this.#isThere;
  }

  /** Resolves when something changes. */
  get changed(): Promise<void> {
    return this.#changed.promise;
  }

  /** Makes the stream if there is none. */
  make(): void {
    if (this.#isThere) return;
    this.#isThere = true;
    this.#created++;
    this.#entries = [];
    this.#last = 0;
    this.#ids.clear();
  }

  /** Stores an entry, unless its id is known; `undefined` without a stream. */
  store(
    data: Uint8Array<ArrayBuffer>,
    id?: string,
  ): Acknowledgement | undefined {
    if (!this.#isThere) return undefined;
    const now = this.#clock.now();
    const stored = id === undefined ? undefined : this.#ids.get(id);
    if (stored && now - stored.at <= this.duplicateWindow) {
      return { seq: stored.seq, duplicate: true };
    }
    const seq = ++this.#last;
    if (id !== undefined) this.#ids.set(id, { seq, at: now });
    this.#entries.push({ seq, data, at: now });
    this.#change();
    return { seq, duplicate: false };
  }

  /** The next entry from `seq` on. */
  next(seq: number): Entry | undefined {
    // Readers are near the end.
    const before = this.#entries.findLastIndex((entry) => entry.seq < seq);
    const entry = this.#entries[before + 1];
    return entry && {
      seq: entry.seq,
      data: entry.data,
      pending: this.#last - entry.seq,
      storedAt: entry.at,
    };
  }

  /** Forgets the oldest entries. */
  trim(count: number): void {
    this.#entries.splice(0, count);
  }

  /** Deletes the newest entries; their numbers are not used again. */
  deleteNewest(count: number): void {
    this.#entries.splice(Math.max(0, this.#entries.length - count));
  }

  /** Forgets the newest entries, and which ids it knew, as a power failure does. */
  loseEnd(count: number): void {
    const lost = this.#entries.splice(
      Math.max(0, this.#entries.length - count),
    );
    if (lost[0]) this.#last = lost[0].seq - 1;
    this.#ids.clear();
  }

  /** A restart: it knows the ids of what it has kept. */
  restart(): void {
    const kept = new Set(this.#entries.map(({ seq }) => seq));
    for (const [id, { seq }] of this.#ids) {
      if (!kept.has(seq)) this.#ids.delete(id);
    }
  }

  /** The stream is gone. */
  delete(): void {
    this.#isThere = false;
    this.#change();
  }

  #change(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
