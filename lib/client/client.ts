/**
 * The client's end of a connection: it sends bodies, and iterates the bodies that
 * arrive. `connect()` makes it, for programs and for our own commands.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import { bodies, encode } from "../wire/frame.ts";
import { frames, TruncatedFrameError } from "../wire/framer.ts";
import { writeAll } from "../wire/write_all.ts";

export { TruncatedFrameError };

/**
 * A connection to a server, made by `connect()`. Iterate it for the bodies
 * that arrive, its own included. A loop may be left and another begun; the
 * iteration ends when the connection does.
 */
export class Client
  implements AsyncIterable<Uint8Array<ArrayBuffer>, void, void>, Disposable {
  /** The address it connected to, as text. */
  readonly address: string;
  readonly #socket: Deno.Conn;
  readonly #bodies: AsyncGenerator<Uint8Array<ArrayBuffer>, void, void>;
  /** Frames that the next write takes with it. */
  #frames: Uint8Array[] = [];
  /** The write that will take them, once the one before it is done. */
  #next: Promise<void> | undefined;
  /** The last write that was asked for; it fails when one before it did. */
  #last: Promise<void> = Promise.resolve();
  #sending = true;
  /** The end of the sending side, once it was asked for. */
  #ended: Promise<void> | undefined;
  #closed = false;

  /** @ignore Clients are made by `connect()`. */
  constructor(socket: Deno.Conn, address: string) {
    this.address = address;
    this.#socket = socket;
    this.#bodies = this.#receive();
  }

  /**
   * Sends one message; a string is sent as UTF-8. Messages that are sent while a
   * write is under way go out together in the next.
   *
   * Await it before sending much more: messages that wait are kept in memory.
   *
   * @param body 0 to 255 bytes; copied.
   * @returns Resolves when the system has taken the message, which does not mean that
   * the server has.
   * @throws {RangeError} If the body is longer.
   * @throws {Error} If the sending side is closed.
   * @throws {Deno.errors.BrokenPipe} If the connection is lost.
   * @throws {Deno.errors.ConnectionReset} If the connection is lost.
   */
  async send(body: Uint8Array | string): Promise<void> {
    const frame = encode(body);
    if (!this.#sending) {
      throw new Error("Cannot send: the sending side is closed");
    }
    this.#frames.push(frame);
    await (this.#next ??= this.#last = this.#write(this.#last));
  }

  /**
   * Sends the messages that wait, then ends the sending side. The server sends
   * what it broadcast until then, and ends the connection. May be called twice.
   */
  closeWrite(): Promise<void> {
    if (this.#closed) return Promise.resolve();
    this.#sending = false;
    return this.#ended ??= this.#endSending();
  }

  /** Closes the connection at once. The iteration ends. May be called twice. */
  close(): void {
    this.#sending = false;
    this.#closed = true;
    this.#socket[Symbol.dispose]();
  }

  /** Closes the connection at once. */
  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * The bodies that arrive, each an array of its own.
   *
   * The iteration throws `TruncatedFrameError` if the connection ends inside a frame,
   * and `Deno.errors.ConnectionReset` if it is lost.
   */
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array<ArrayBuffer>, void, void> {
    // Without return(): a loop that is left must not end the next loop.
    return { next: () => this.#bodies.next() };
  }

  async *#receive(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, void> {
    try {
      for await (const run of frames(this.#socket)) {
        for (const body of bodies(run.bytes)) yield body.slice();
      }
    } catch (error) {
      if (!this.#closed) throw error;
    }
  }

  async #endSending(): Promise<void> {
    try {
      await this.#last;
      await this.#socket.closeWrite();
    } catch (error) { // nobody waits for the end of what was closed meanwhile
      if (!this.#closed) throw error;
    }
  }

  async #write(previous: Promise<void>): Promise<void> {
    let frames: Uint8Array[];
    try {
      await previous;
    } finally {
      // When that failed, so does this, and nothing is kept for later.
      frames = this.#frames;
      this.#frames = [];
      this.#next = undefined;
    }
    await writeAll(this.#socket, concat(frames));
  }
}
