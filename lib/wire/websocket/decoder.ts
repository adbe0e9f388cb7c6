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
import { CloseCode, isCloseCode, WebSocketError } from "./close_code.ts";
import {
  FIN,
  LENGTH_16,
  LENGTH_64,
  mask,
  MASKED,
  MAX_CONTROL,
  Opcode,
} from "./encode.ts";

/** The most frames of one message: 64 bytes each fill the longest that a server takes. */
export const MAX_FRAGMENTS = 1024;

/** The most control frames in a second. Honest clients send one in some seconds. */
export const MAX_CONTROLS = 100;

/** That second, in milliseconds. */
const PERIOD = 1000;

/** The longest header: two bytes, 64 bits of length, and the key. */
const MAX_HEADER = 14;

/** Bits that only extensions use. */
const RESERVED = 0x70;

const CONTROL = 0x08;

const OPCODES: ReadonlySet<number> = new Set(Object.values(Opcode));

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
  readonly #header = new Uint8Array(MAX_HEADER);
  /** Bytes of the header that are there. */
  #filled = 0;
  /** The opcode and the FIN bit of the current frame, once its header is complete. */
  #frame: number | undefined;
  /** Bytes of the current frame's payload that are there, and that it has. */
  #received = 0;
  #length = 0;
  /** What the current frame is collected in: a control frame, or text. */
  #collected: Uint8Array<ArrayBuffer> | undefined;
  /** The kind of the message that has begun, its bytes, and its frames. */
  #message: number | undefined;
  #messageLength = 0;
  #fragments = 0;
  #text: Uint8Array<ArrayBuffer>[] = [];
  /** Control frames since `#since`. */
  #controls = 0;
  #since = -Infinity;
  #ended = false;

  constructor(options: DecoderOptions) {
    this.#options = options;
  }

  /**
   * The parts that `bytes` complete. Binary messages are unmasked in place, and their
   * pieces are views of `bytes`. Iterate to the end before decoding more bytes. Bytes
   * after a close frame or an error are ignored.
   *
   * @throws {WebSocketError} If the other end broke the protocol or a limit.
   */
  *decode(bytes: Uint8Array<ArrayBuffer>): Generator<Part, void, void> {
    let rest = bytes;
    try {
      while (!this.#ended) {
        if (this.#frame === undefined) {
          rest = this.#readHeader(rest);
          if (this.#frame === undefined) return;
        }
        const piece = this.#readPayload(rest);
        rest = rest.subarray(piece.length);
        if (piece.length > 0 && !this.#collected) {
          yield { type: "binary", bytes: piece };
        }
        if (this.#received < this.#length) return;
        const part = this.#endFrame(this.#frame);
        if (part) yield part;
      }
    } catch (error) {
      this.#ended = true;
      throw error;
    }
  }

  /** Fills the header, and begins the frame when it is complete. */
  #readHeader(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const header = this.#header;
    let at = 0;
    let size = this.#headerSize();
    while (this.#filled < size) {
      if (at === bytes.length) return bytes.subarray(at);
      header[this.#filled++] = bytes[at++]!;
      if (this.#filled === 2) {
        this.#checkHeader();
        size = this.#headerSize();
      }
    }
    this.#beginFrame(header[0]!);
    return bytes.subarray(at);
  }

  /** How long the header is, as far as is known. */
  #headerSize(): number {
    if (this.#filled < 2) return 2;
    const length = this.#header[1]! & ~MASKED;
    const extended = length === LENGTH_64 ? 8 : length === LENGTH_16 ? 2 : 0;
    return 2 + extended + (this.#options.masked ? 4 : 0);
  }

  /** Checks what the first two bytes say. */
  #checkHeader(): void {
    const [first, second] = this.#header as unknown as [number, number];
    const opcode = first & ~FIN;
    if (opcode & RESERVED) fail("a reserved bit is set");
    if (!OPCODES.has(opcode)) fail("unknown opcode");
    if (second >= MASKED !== this.#options.masked) {
      fail(
        this.#options.masked ? "a frame is not masked" : "a frame is masked",
      );
    }
    if (opcode & CONTROL) {
      if (!(first & FIN)) fail("a control frame is fragmented");
      if ((second & ~MASKED) > MAX_CONTROL) fail("a control frame is too long");
    } else if (
      (opcode === Opcode.continuation) !== (this.#message !== undefined)
    ) {
      fail(
        this.#message === undefined
          ? "nothing to continue"
          : "a message begins inside another",
      );
    } else if (opcode === Opcode.text && this.#options.maxText === 0) {
      fail("text is not accepted", CloseCode.unsupportedData);
    }
  }

  /** Checks the length and the limits, and begins the payload. */
  #beginFrame(first: number): void {
    this.#frame = first;
    this.#received = 0;
    const length = this.#length = this.#readLength();
    if (first & CONTROL) {
      this.#countControl();
      this.#collected = new Uint8Array(length);
      return;
    }
    if (this.#message === undefined) {
      this.#message = first & ~FIN;
      this.#messageLength = this.#fragments = 0;
    }
    const text = this.#message === Opcode.text;
    const { maxBinary, maxText } = this.#options;
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

  #readLength(): number {
    const short = this.#header[1]! & ~MASKED;
    if (short < LENGTH_16) return short;
    const view = new DataView(this.#header.buffer);
    const length = short === LENGTH_16
      ? view.getUint16(2)
      : view.getUint32(2) * 2 ** 32 + view.getUint32(6);
    if (length < (short === LENGTH_16 ? LENGTH_16 : 2 ** 16)) {
      fail("a length is not written in the shortest way");
    }
    if (length >= 2 ** 63) fail("a length has its highest bit set");
    return length;
  }

  #countControl(): void {
    const now = (this.#options.now ?? defaultNow)();
    if (now - this.#since >= PERIOD) {
      this.#since = now;
      this.#controls = 0;
    }
    if (++this.#controls > MAX_CONTROLS) {
      fail("too many control frames", CloseCode.policyViolation);
    }
  }

  /** The piece of the current frame's payload that `bytes` begins with, unmasked. */
  #readPayload(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
    const piece = bytes.subarray(0, this.#length - this.#received);
    if (this.#options.masked) {
      const end = this.#filled;
      mask(piece, this.#header.subarray(end - 4, end), this.#received);
    }
    this.#collected?.set(piece, this.#received);
    this.#received += piece.length;
    return piece;
  }

  /** Ends the current frame, and returns what it completes besides binary messages. */
  #endFrame(first: number): Part | undefined {
    this.#frame = undefined;
    this.#filled = 0;
    const payload = this.#collected!;
    if (first & CONTROL) return this.#control(first & ~FIN, payload);
    const text = this.#message === Opcode.text;
    if (text) this.#text.push(payload);
    if (!(first & FIN)) return undefined;
    this.#message = undefined;
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

function fail(
  message: string,
  code: CloseCode = CloseCode.protocolError,
): never {
  throw new WebSocketError(code, message);
}

function defaultNow(): number {
  return performance.now();
}
