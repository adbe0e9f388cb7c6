/**
 * The WebSocket stream: a stream of bytes each way, inside a WebSocket. The server has
 * one for each browser, `connect()` one for each `ws://` address.
 *
 * What is written goes out as binary messages; binary messages that arrive are pieces
 * of one stream. Nothing is read ahead, at most one ping waits for its answer, and a
 * close frame is the end of a stream.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import type { ByteSource } from "../framer.ts";
import type { ByteSink } from "../write_all.ts";
import { CloseCode, lost, WebSocketError } from "./close_code.ts";
import { type Part, WebSocketDecoder } from "./decoder.ts";
import { MessageWriter } from "./message_writer.ts";

/** The longest message that a server takes, in bytes: what it reads at a time. */
export const MAX_MESSAGE = 64 * 1024;

/** The longest text that a client takes, in bytes; notices are much shorter. */
const MAX_TEXT = 4 * 1024;

/**
 * How long a closed WebSocket stays for the other end to close it, in milliseconds. A
 * socket that is closed while bytes arrive is reset, and a reset can destroy the close
 * frame.
 */
const LINGER = 1000;

const EMPTY = new Uint8Array();

/** A stream of bytes each way, as a socket is one. */
export interface ByteStream extends ByteSource, ByteSink {
  /** Ends the sending side, after the write that is pending. */
  closeWrite(): Promise<void>;
  /** Closes both sides at once; what is pending settles. May be called twice. */
  close(): void;
}

/** Options of a {@linkcode WebSocketByteStream}. */
export interface WebSocketOptions {
  /** Which end of the WebSocket this is. */
  role: "client" | "server";
  /** What arrived behind the handshake. */
  head?: Uint8Array<ArrayBuffer>;
  /** Called with text messages, which only clients take. */
  onText?: (text: string) => void;
  /** Ends a wait that takes too long. */
  deadline?: typeof deadline;
}

/** The stream of bytes inside a WebSocket. */
export class WebSocketByteStream implements ByteStream {
  readonly #socket: ByteStream;
  readonly #client: boolean;
  readonly #decoder: WebSocketDecoder;
  readonly #writer: MessageWriter;
  readonly #onText: WebSocketOptions["onText"];
  readonly #deadline: typeof deadline;
  /** What arrived behind the handshake and is not read. */
  #head: Uint8Array<ArrayBuffer>;
  /** How reading ends, once everything before is read: in order, or with an error. */
  #inputEnd: "ended" | Error | undefined;
  /** The last read of the socket, which may be pending. */
  #reading: Promise<number | null> | undefined;
  #closed = false;
  /** Settled when a gentle close has closed the socket. */
  #closing: Promise<void> | undefined;

  /** Takes over a socket. */
  constructor(
    socket: ByteStream,
    options: WebSocketOptions,
  ) {
    this.#socket = socket;
    this.#client = options.role === "client";
    this.#head = options.head ?? EMPTY;
    this.#onText = options.onText;
    this.#deadline = options.deadline ?? deadline;
    this.#writer = new MessageWriter(socket, this.#client);
    this.#decoder = new WebSocketDecoder({
      masked: !this.#client,
      maxBinary: this.#client ? Infinity : MAX_MESSAGE,
      maxText: this.#client ? MAX_TEXT : 0,
    });
  }

  /** How the other end broke the protocol, once reading has come to that. */
  get error(): WebSocketError | undefined {
    return this.#inputEnd instanceof WebSocketError
      ? this.#inputEnd
      : undefined;
  }

  /**
   * Reads into `buffer`; `null` after a close frame.
   *
   * @throws {WebSocketError} If the other end broke the protocol, or, for a client, if
   * the server closes because of an error.
   * @throws {Error} If the socket ends without a close frame; its `code` is
   * `ECONNRESET`.
   */
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    if (this.#closed || this.#inputEnd) return this.#readOn(buffer);
    this.#reading = this.#readSocket(buffer);
    // Not an async function: that would cost each idle client 300 bytes.
    return this.#reading.then((read) =>
      this.#take(buffer, read) || this.#readOn(buffer)
    );
  }

  /**
   * Writes some of `bytes`, as a message or the next part of it: until a call has
   * returned the rest of a message, each must be given that rest.
   */
  write(bytes: Uint8Array): Promise<number> {
    return this.#writer.write(bytes);
  }

  /** Sends the end of the handshake. Called before anything else is written. */
  start(answer: string): void {
    this.#writer.start(answer);
  }

  /** Sends a text message, after the message that is being written. */
  sendText(text: string): void {
    this.#writer.sendText(text);
  }

  /** Sends a close frame, after the message that is being written. */
  closeWrite(code: CloseCode = CloseCode.normal): Promise<void> {
    return this.#writer.sendClose(code);
  }

  /**
   * Closes both sides: at once without a code; else after the message that is being
   * written and a close frame with the code, and when the other end has closed, too, or
   * takes too long. What is pending settles then; a read never before, so that who
   * reads knows when the socket is gone.
   */
  close(code?: CloseCode, reason = ""): void {
    if (this.#closed) return;
    this.#closed = true;
    const gently = code !== undefined && !this.#writer.closing;
    if (gently) this.#closing = this.#closeGently(code, reason);
    else this.#socket.close();
  }

  /** Reads until something arrives for the stream. */
  async #readOn(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    while (this.#inputEnd === undefined) {
      const read = this.#closed
        ? null
        : await (this.#reading = this.#readSocket(buffer));
      const taken = this.#take(buffer, read);
      if (taken > 0) return taken;
    }
    await this.#closing;
    if (this.#inputEnd === "ended") return null;
    throw this.#inputEnd;
  }

  /** Takes what a read of the socket brought: so many bytes of the stream. */
  #take(buffer: Uint8Array<ArrayBuffer>, read: number | null): number {
    if (read !== null && !this.#closed) return this.#decode(buffer, read);
    this.#inputEnd = lost();
    return 0;
  }

  /** Not an async function: that would cost each idle client its memory. */
  #readSocket(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    if (this.#head.length === 0) return this.#socket.read(buffer);
    const piece = this.#head.subarray(0, buffer.length);
    this.#head = this.#head.subarray(piece.length);
    buffer.set(piece);
    return Promise.resolve(piece.length);
  }

  /** Decodes `read` bytes in place, moves what they carry to the front, and counts it. */
  #decode(buffer: Uint8Array<ArrayBuffer>, read: number): number {
    let end = 0;
    try {
      for (const part of this.#decoder.decode(buffer.subarray(0, read))) {
        if (part.type === "binary") {
          const { byteOffset, length } = part.bytes;
          const start = byteOffset - buffer.byteOffset;
          buffer.copyWithin(end, start, start + length);
          end += length;
        } else this.#handle(part);
      }
    } catch (error) {
      this.#inputEnd = error as WebSocketError;
    }
    return end;
  }

  #handle(part: Exclude<Part, { type: "binary" }>): void {
    if (part.type === "text") this.#onText?.(part.text);
    else if (part.type === "ping") this.#writer.answer(part.payload);
    else if (part.type === "close") this.#end(part.code, part.reason);
  }

  /** A close frame arrived. A client answers at once; a server has more to send. */
  #end(code: number | undefined, reason: string): void {
    this.#inputEnd = "ended";
    if (!this.#client) return;
    const inOrder = code === undefined || code === CloseCode.normal ||
      code === CloseCode.goingAway;
    if (!inOrder) {
      this.#inputEnd = new WebSocketError(
        code as CloseCode,
        `the server closed the WebSocket: ${code} ${reason}`.trimEnd(),
      );
    }
    this.#writer.sendClose(CloseCode.normal);
  }

  async #closeGently(code: CloseCode, reason: string): Promise<void> {
    const socket = this.#socket;
    const discarded = new Uint8Array(512);
    const ending = async () => {
      await this.#writer.sendClose(code, reason);
      await socket.closeWrite();
      await this.#reading;
      while (await socket.read(discarded) !== null);
    };
    // It fails when the other end is gone or takes too long, which changes nothing.
    await this.#deadline(ending(), LINGER).catch(() => {});
    socket.close();
  }
}
