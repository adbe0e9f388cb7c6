/**
 * The receiver: cuts the bytes of one connection into messages, and puts them into the
 * ring when the page draws. Of more than the ring keeps, the oldest are only counted: so
 * the work of a frame is bounded, and a hidden page does next to nothing.
 *
 * @module
 */
import { bodies, leadingRun, type Run } from "../../wire/frame.ts";
import { KEPT, type MessageRing } from "./message_ring.ts";
import type { Outstanding } from "./outstanding.ts";

/** Messages that arrived together. */
interface ArrivedRun extends Run {
  readonly time: number;
}

/** Receives one connection's bytes. */
export class Receiver {
  readonly #ring: MessageRing;
  readonly #outstanding: Outstanding;
  /** A frame that has begun, or nothing. */
  #rest = new Uint8Array();
  /** What is not in the ring yet, and of how many messages. */
  #runs: ArrivedRun[] = [];
  #count = 0;

  constructor(ring: MessageRing, outstanding: Outstanding) {
    this.#ring = ring;
    this.#outstanding = outstanding;
  }

  /** Takes bytes that arrived at `time`, cut anywhere. */
  push(bytes: Uint8Array<ArrayBuffer>, time: number): void {
    let all = bytes;
    if (this.#rest.length > 0) {
      all = new Uint8Array(this.#rest.length + bytes.length);
      all.set(this.#rest);
      all.set(bytes, this.#rest.length);
    }
    const run = leadingRun(all);
    this.#rest = all.slice(run.bytes.length);
    this.#runs.push({ ...run, time });
    this.#count += run.count;
    while (this.#count - this.#runs[0]!.count >= KEPT) {
      this.#skip(this.#runs.shift()!);
    }
  }

  /** Puts what has arrived into the ring. */
  flush(): void {
    let excess = Math.max(this.#count - KEPT, 0);
    if (excess > 0) this.#ring.skip(excess);
    for (const { bytes, time } of this.#runs) {
      for (const body of bodies(bytes)) {
        const kind = this.#outstanding.take(body) ? "own" : "message";
        if (excess > 0) excess--;
        else this.#ring.add(kind, body, time);
      }
    }
    this.#runs = [];
    this.#count = 0;
  }

  /** Counts messages that would be overwritten in any case. */
  #skip({ bytes, count }: Run): void {
    this.#ring.skip(count);
    this.#count -= count;
    if (this.#outstanding.isEmpty) return;
    for (const body of bodies(bytes)) this.#outstanding.take(body);
  }
}
