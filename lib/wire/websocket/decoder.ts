/**
 * The decoder: cuts the bytes that one end of a WebSocket receives into pieces of
 * messages and control frames (RFC 6455, without extensions). The server decodes
 * what browsers send with it, `connect()` what a server sends.
 *
 * It does not collect binary messages: their pieces are handed on as they arrive,
 * because a message may carry any piece of the stream of frames.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { CloseCode, fail, isCloseCode } from "./close_code.ts";
import { mask, Opcode } from "./encode.ts";
import { type FrameHeader, HeaderReader } from "./header_reader.ts";

/** The most frames of one message: 64 bytes each fill the longest that a server takes. */
export const MAX_FRAGMENTS = 1024;

/** The most control frames in a second. Honest clients send one in some seconds. */
export const MAX_CONTROLS = 100;

/** That second, in milliseconds. */
const PERIOD = 1000;

/** Something that the decoder found. */
export type Part =
  /** A piece of a binary message; never empty. */
  | { type: "binary"; bytes: Uint8Array<ArrayBuffer> }
  | { type: "text"; text: string }
  | { type: "ping" | "pong"; payload: Uint8Array<ArrayBuffer> }
  | { type: "close"; code: number | undefined; reason: string };

/** Options of a {@linkcode WebSocketDecoder}. */
export interface DecoderOptions {
  /** Whether the other end must mask what it sends, as clients must. Else it must not. */
  masked: boolean;
  /** The longest binary message, in bytes. */
  maxBinary: number;
  /** The longest text message, in bytes; 0 refuses text altogether. */
  maxText: number;
  /** The time, in milliseconds. */
  now?: () => number;
}

/** Decodes the bytes from one end of a WebSocket, however they are cut. */
export class WebSocketDecoder {
  readonly #options: DecoderOptions;
  readonly #header: HeaderReader;
  readonly #now: () => number;
  /** The current frame, once its header is complete. */
  #frame: FrameHeader | undefined;
  /** Bytes of its payload that are there. */
  #received = 0;
  /** What its payload is collected in: that of a control frame, or text. */
  #collected: Uint8Array<ArrayBuffer> | undefined;
  /** The opcode of the message that has begun. */
  #message: number | undefined;
  /** Bytes and frames of that message. */
  #messageLength = 0;
  #fragments = 0;
  #text: Uint8Array<ArrayBuffer>[] = [];
  /** Control frames since `#since`. */
  #controls = 0;
  #since: number;
  #ended = false;

  constructor(options: DecoderOptions) {
    this.#options = options;
    this.#header = new HeaderReader(options.masked);
    this.#now = options.now ?? defaultNow;
    this.#since = this.#now();
  }

  /**
   * The parts that `bytes` complete. Binary messages are unmasked in place, and their
   * pieces are views of `bytes`. Iterate to the end before decoding more bytes. Bytes
   * after a close frame or an error are ignored.
   *
   * @throws {WebSocketError} If the other end broke the protocol or a limit.
   */
  *decode(bytes: Uint8Array<ArrayBuffer>): Generator<Part, void, void> {
    let at = 0;
    try {
      while (!this.#ended) {
        for (; !this.#frame; at++) {
          if (at === bytes.length) return;
          this.#frame = this.#header.push(bytes[at]!);
          if (this.#frame) this.#beginFrame(this.#frame);
        }
        const piece = this.#readPayload(this.#frame, bytes.subarray(at));
        at += piece.length;
        if (piece.length > 0 && !this.#collected) {
          yield { type: "binary", bytes: piece };
        }
        if (this.#received < this.#frame.length) return;
        const part = this.#endFrame(this.#frame);
        if (part) yield part;
      }
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }

  /** Checks a frame by those before it and the limits, and begins its payload. */
  #beginFrame({ opcode, control, length }: FrameHeader): void {
    if (control) {
      this.#countControl();
      this.#collected = new Uint8Array(length);
      return;
    }
    if (opcode === Opcode.continuation) {
      if (this.#message === undefined) fail("there is nothing to continue");
    } else {
      if (this.#message !== undefined) fail("a message begins inside another");
      this.#message = opcode;
    }
    const text = this.#message === Opcode.text;
    const { maxBinary, maxText } = this.#options;
    if (text && maxText === 0) {
      fail("text is not accepted", CloseCode.unsupportedData);
    }
    const most = text ? maxText : maxBinary;
    this.#messageLength += length;
    if (this.#messageLength > most) {
      fail(`a message is longer than ${most} bytes`, CloseCode.messageTooBig);
    }
    if (++this.#fragments > MAX_FRAGMENTS) {
      fail("a message has too many fragments", CloseCode.policyViolation);
    }
    this.#collected = text ? new Uint8Array(length) : undefined;
  }

  #countControl(): void {
    const now = this.#now();
    if (now - this.#since >= PERIOD) {
      this.#since = now;
      this.#controls = 0;
    }
    if (++this.#controls > MAX_CONTROLS) {
      fail("too many control frames", CloseCode.policyViolation);
    }
  }

  /** The piece of the frame's payload that `bytes` begins with, unmasked. */
  #readPayload(
    { length, key }: FrameHeader,
    bytes: Uint8Array<ArrayBuffer>,
  ): Uint8Array<ArrayBuffer> {
    const piece = bytes.subarray(0, length - this.#received);
    if (key) mask(piece, key, this.#received);
    this.#collected?.set(piece, this.#received);
    this.#received += piece.length;
    return piece;
  }

  /** Ends the frame, and returns what it completes besides binary messages. */
  #endFrame({ opcode, control, last }: FrameHeader): Part | undefined {
    this.#frame = undefined;
    this.#received = 0;
    const payload = this.#collected!;
    if (control) return this.#control(opcode, payload);
    const text = this.#message === Opcode.text;
    if (text) this.#text.push(payload);
    if (!last) return undefined;
    this.#message = undefined;
    this.#messageLength = this.#fragments = 0;
    if (!text) return undefined;
    return { type: "text", text: decodeText(concat(this.#text.splice(0))) };
  }

  #control(opcode: number, payload: Uint8Array<ArrayBuffer>): Part {
    if (opcode === Opcode.ping) return { type: "ping", payload };
    if (opcode === Opcode.pong) return { type: "pong", payload };
    this.#ended = true;
    if (payload.length === 0) {
      return { type: "close", code: undefined, reason: "" };
    }
    if (payload.length === 1) fail("half a close code");
    const code = new DataView(payload.buffer).getUint16(0);
    if (!isCloseCode(code)) fail("a close code that must not be sent");
    return { type: "close", code, reason: decodeText(payload.subarray(2)) };
  }
}

function decodeText(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
      .decode(bytes);
  } catch {
    fail("text is not UTF-8", CloseCode.invalidData);
  }
}

function defaultNow(): number {
  return performance.now();
}
