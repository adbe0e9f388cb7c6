/**
 * The transport: one client's byte stream, as a connection uses it. A socket of
 * Deno's is one kind; anything else that implements {@linkcode Transport} gets the
 * same limits, time-outs, counts and endings.
 *
 * @module
 */
import type { ByteSource } from "../wire/framer.ts";
import type { ByteSink } from "../wire/write_all.ts";
import type { DisconnectReason } from "./stats.ts";

/** What a server tells a client besides messages, if the transport can. */
export type Notice =
  /** So many messages are missing between what was written before and what is next. */
  | { readonly dropped: number }
  /** The server ends: what is still written is the last. */
  | { readonly draining: true };

/**
 * A two-way byte stream. A connection has at most one read and one write pending.
 * Both settle when the transport is closed.
 */
export interface Transport extends ByteSource, ByteSink {
  /** The address of the client. */
  readonly remoteAddr: Deno.Addr;
  /** What the client came by, where it is more than the kind of its address. */
  readonly protocol?: string;
  /** Ends the sending side, after the write that is pending. */
  closeWrite(): Promise<void>;
  /**
   * Closes both sides: at once, or after it has told the client why, for which it may
   * take a second. What is pending settles then. May be called twice.
   *
   * @param reason Why, if it was a client.
   */
  close(reason?: DisconnectReason): void;
  /**
   * Tells the client, after the write that is pending. It must not throw. A transport
   * without it has clients that are told nothing.
   */
  notify?(notice: Notice): void;
}

/** A socket of Deno's: TCP, TLS or Unix. */
export class SocketTransport implements Transport {
  readonly #socket: Deno.Conn;

  /** Takes over a socket, which sends small messages at once from now on. */
  constructor(socket: Deno.Conn) {
    this.#socket = socket;
    configureSocket(socket);
  }

  get remoteAddr(): Deno.Addr {
    return this.#socket.remoteAddr;
  }

  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    return this.#socket.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#socket.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#socket.closeWrite();
  }

  close(): void {
    this.#socket[Symbol.dispose]();
  }
}

/**
 * Makes a TCP socket send small messages at once, and notice, within hours, that a
 * silent client's machine is gone. Deno offers neither for TLS.
 */
function configureSocket(socket: Deno.Conn | Deno.TcpConn): void {
  if (!("setNoDelay" in socket)) return;
  socket.setNoDelay(true);
  socket.setKeepAlive(true);
}
