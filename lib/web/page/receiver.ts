/**
 * The receiver: cuts the bytes of one connection into messages, and puts them into the
 * ring. Every message counts as received, but of more than the ring keeps only the
 * newest are copied.
 *
 * @module
 */
import { bodies, leadingRun, type Run } from "../../wire/frame.ts";
import { KEPT, type MessageRing } from "./message_ring.ts";
import type { Outstanding } from "./outstanding.ts";

/** Receives one connection's bytes. */
export class Receiver {
  readonly #ring: MessageRing;
  readonly #outstanding: Outstanding;
  /** A frame that has begun, or nothing. */
  #rest = new Uint8Array();

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
    this.#add(run, time);
  }

  #add(run: Run, time: number): void {
    const outstanding = this.#outstanding;
    let skipped = outstanding.isEmpty ? Math.max(run.count - KEPT, 0) : 0;
    if (skipped > 0) this.#ring.skip(skipped);
    for (const body of bodies(run.bytes)) {
      if (skipped > 0) skipped--;
      else {
        const kind = outstanding.take(body) ? "own" : "message";
        this.#ring.add(kind, body, time);
      }
    }
  }
}
