/**
 * The message writer: what one end of a WebSocket sends. It alone writes the socket:
 * messages, and between two of them the frames that are none. At most one ping waits
 * for its answer.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { type ByteSink, writeAll } from "../write_all.ts";
import { type CloseCode, lost } from "./close_code.ts";
import { encodeClose, encodeFrame, encodeHeader, Opcode } from "./encode.ts";
import { bufferFrame, releaseFrame } from "./frame_buffers.ts";

const utf8 = new TextEncoder();

/** Writes to one socket. */
export class MessageWriter {
  readonly #sink: ByteSink;
  readonly #masks: boolean;
  /** Bytes of the message that are still to be written. */
  #left = 0;
  /** Frames that go out between messages. */
  #frames: Uint8Array[] = [];
  /** The newest ping that is not answered. */
  #ping: Uint8Array | undefined;
  /** These frames being written. */
  #flushing: Promise<void> | undefined;
  /** Resolved when a close frame is sent; there while one is or will be. */
  #closeSent: PromiseWithResolvers<void> | undefined;

  /** @param masks Whether it masks what it sends, as clients must. */
  constructor(sink: ByteSink, masks: boolean) {
    this.#sink = sink;
    this.#masks = masks;
  }

  /** Whether a close frame is sent, or will be. Then nothing comes after it. */
  get closing(): boolean {
    return this.#closeSent !== undefined;
  }

  /**
   * Writes some of `bytes`, as a message or the next part of it: until a call has
   * returned the rest of a message, each must be given that rest.
   */
  async write(bytes: Uint8Array): Promise<number> {
    while (this.#flushing) await this.#flushing;
    const begins = this.#left === 0;
    if (begins) {
      if (this.closing) throw lost();
      this.#left = bytes.length;
    }
    try {
      const written =
        await (begins ? this.#begin(bytes) : this.#sink.write(bytes));
      this.#left -= written;
      return written;
    } catch (error) {
      this.#left = 0;
      throw error;
    } finally {
      this.#flush();
    }
  }

  /** Begins a message, and returns how much of it is written. */
  async #begin(bytes: Uint8Array): Promise<number> {
    const sink = this.#sink;
    if (this.#masks) { // what is masked is a copy in any case
      await writeAll(sink, this.#encode(Opcode.binary, bytes));
      return bytes.length;
    }
    const header = encodeHeader(Opcode.binary, bytes.length);
    const frame = bufferFrame(header, bytes);
    if (!frame) {
      await writeAll(sink, header);
      return await sink.write(bytes);
    }
    try {
      let written = 0;
      while (written <= header.length) {
        written += await sink.write(frame.subarray(written));
      }
      return written - header.length;
    } finally {
      releaseFrame(frame);
    }
  }

  /** Sends text as it is. Called before anything else is written. */
  start(text: string): void {
    this.#send(utf8.encode(text));
  }

  /** Sends a text message, after the message that is being written. */
  sendText(text: string): void {
    if (!this.closing) this.#send(this.#encode(Opcode.text, text));
  }

  /** Answers a ping, after the message that is being written. */
  answer(ping: Uint8Array): void {
    this.#ping = ping;
    this.#flush();
  }

  /** Sends a close frame, after the message that is being written; only once. */
  sendClose(code: CloseCode, reason = ""): Promise<void> {
    if (!this.#closeSent) {
      this.#closeSent = Promise.withResolvers();
      this.#send(encodeClose(code, reason, this.#key()));
    }
    return this.#closeSent.promise;
  }

  #send(frame: Uint8Array): void {
    this.#frames.push(frame);
    this.#flush();
  }

  /** Writes the frames that wait, unless something else is being written. */
  #flush(): void {
    if (this.#left > 0 || this.#flushing) return;
    const ping = this.#ping;
    this.#ping = undefined;
    const frames = this.#frames.splice(0);
    if (ping && !this.closing) frames.push(this.#encode(Opcode.pong, ping));
    if (frames.length === 0) return;
    this.#flushing = writeAll(this.#sink, concat(frames))
      .catch(() => {}) // the read that is pending fails, too, or the next write
      .finally(() => {
        this.#flushing = undefined;
        if (this.#frames.length === 0) this.#closeSent?.resolve();
        this.#flush();
      });
  }

  #encode(opcode: Opcode, payload: Uint8Array | string): Uint8Array {
    return encodeFrame(opcode, payload, this.#key());
  }

  /** What a client masks with: a key that no page can foresee. */
  #key(): Uint8Array | undefined {
    return this.#masks ? crypto.getRandomValues(new Uint8Array(4)) : undefined;
  }
}
