/**
 * The receiver: cuts the bytes of one connection into messages, and puts them into the
 * ring. Every message counts as received, but of more than the ring keeps only the
 * newest are copied.
 *
 * @module
 */
import { bodies } from "../../wire/frame.ts";
import { Framer, type Run } from "../../wire/framer.ts";
import { KEPT, type MessageRing } from "./message_ring.ts";
import type { Outstanding } from "./outstanding.ts";

/** The bytes that are cut at a time. */
const BUFFER = 64 * 1024;

/** Receives one connection's bytes. */
export class Receiver {
  readonly #ring: MessageRing;
  readonly #outstanding: Outstanding;
  readonly #framer = new Framer({ bufferSize: BUFFER });

  constructor(ring: MessageRing, outstanding: Outstanding) {
    this.#ring = ring;
    this.#outstanding = outstanding;
  }

  /** Takes bytes that arrived at `time`, cut anywhere. */
  push(bytes: Uint8Array, time: number): void {
    for (let rest = bytes; rest.length > 0;) {
      const { buffer } = this.#framer;
      const piece = rest.subarray(0, buffer.length);
      buffer.set(piece);
      rest = rest.subarray(piece.length);
      this.#add(this.#framer.push(piece.length), time);
    }
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
