/**
 * A TLS connection: Node's TLS over a connection of Deno's, with what the server uses of
 * such a connection. The TLS listener makes one for each client.
 *
 * @module
 */
import { Duplex } from "node:stream";
import { type SecureContext, TLSSocket } from "node:tls";
import type { Socket } from "node:net";
import { writeAll } from "../wire/write_all.ts";

/** How much is read at once, encrypted: a TLS record. */
const READ_SIZE = 16 * 1024;

/** How long the `close_notify` waits for a client that takes nothing, in milliseconds. */
const CLOSE_TIMEOUT = 1000;

/** Reads and writes through TLS. */
export class TlsConnection {
  readonly remoteAddr: Deno.Addr;
  readonly #conn: Deno.TcpConn;
  readonly #socket: TLSSocket;
  #isSecure = false;
  /** What was received and not read yet. */
  #rest: Uint8Array | undefined;
  #hasEnded = false;
  #error: Error | undefined;
  /** Resolves when the socket has news for `read()`. */
  #news = Promise.withResolvers<void>();

  private constructor(conn: Deno.TcpConn, secureContext: SecureContext) {
    this.remoteAddr = conn.remoteAddr;
    this.#conn = conn;
    // A duplex is enough for it, whatever its types say.
    this.#socket = new TLSSocket(streamOf(conn) as unknown as Socket, {
      isServer: true,
      secureContext,
    });
    const tell = () => {
      this.#news.resolve();
      this.#news = Promise.withResolvers();
    };
    this.#socket.on("secure", () => this.#isSecure = true);
    this.#socket.on("readable", tell);
    this.#socket.on("end", () => {
      this.#hasEnded = true;
      tell();
    });
    this.#socket.on("error", (error) => this.#error = error);
    this.#socket.on("close", tell);
  }

  /** Begins TLS on a connection. */
  static over(conn: Deno.TcpConn, context: SecureContext): Deno.TcpConn {
    return new TlsConnection(conn, context) as unknown as Deno.TcpConn;
  }

  /** As that of the connection below. */
  setNoDelay(noDelay?: boolean): void {
    this.#conn.setNoDelay(noDelay);
  }

  /** As that of the connection below. */
  setKeepAlive(keepAlive?: boolean): void {
    this.#conn.setKeepAlive(keepAlive);
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const received = this.#rest ?? this.#socket.read() as Uint8Array | null;
      if (received) {
        const taken = received.subarray(0, buffer.length);
        buffer.set(taken);
        this.#rest = taken.length < received.length
          ? received.subarray(taken.length)
          : undefined;
        return taken.length;
      }
      if (this.#error) throw this.#closedError();
      if (this.#hasEnded) return null;
      if (this.#socket.destroyed) throw this.#closedError();
      await this.#news.promise;
    }
  }

  /** Writes all of `bytes`; resolves when the system has taken them. */
  write(bytes: Uint8Array): Promise<number> {
    return this.#settled((done) => this.#socket.write(bytes, done))
      .then(() => bytes.length);
  }

  closeWrite(): Promise<void> {
    return this.#settled((done) => this.#socket.end(done));
  }

  /** Closes at once; if nothing waits to be written, with a `close_notify`. May be called twice. */
  [Symbol.dispose](): void {
    const socket = this.#socket;
    if (socket.destroyed) return;
    if (!this.#isSecure || socket.writableLength > 0) {
      socket.destroy();
    } else {
      const late = setTimeout(() => socket.destroy(), CLOSE_TIMEOUT);
      socket.once("close", () => clearTimeout(late));
      socket.destroySoon();
    }
  }

  /** What an operation comes to, which ends with the socket at the latest. */
  #settled(
    begin: (done: (error?: Error | null) => void) => void,
  ): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    if (this.#socket.destroyed) return Promise.reject(this.#closedError());
    const closed = () => reject(this.#closedError());
    this.#socket.once("close", closed);
    begin((error) => {
      this.#socket.off("close", closed);
      if (error) closed();
      else resolve();
    });
    return promise;
  }

  /** The error for a connection that is over: we closed it, or it was lost. */
  #closedError(): Error {
    return this.#error
      ? new Deno.errors.ConnectionReset(this.#error.message)
      : new Deno.errors.Interrupted("the connection is closed");
  }
}

/** A connection of Deno's as a stream of Node's. */
function streamOf(conn: Deno.TcpConn): Duplex {
  const buffer = new Uint8Array(READ_SIZE);
  return new Duplex({
    allowHalfOpen: true,
    read() {
      conn.read(buffer).then(
        (read) => this.push(read === null ? null : buffer.slice(0, read)),
        (error) => this.destroy(error),
      );
    },
    write(bytes: Uint8Array, _, done) {
      writeAll(conn, bytes).then(() => done(), done);
    },
    final(done) {
      conn.closeWrite().then(() => done(), done);
    },
    destroy(error, done) {
      conn[Symbol.dispose]();
      done(error);
    },
  });
}
