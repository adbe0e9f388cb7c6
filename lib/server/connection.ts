/**
 * A connection: one socket's life on the server. The server makes one for each
 * client it accepts. Its one rule: only the read loop reads the socket, only the
 * write loop writes it, and neither outlives the other.
 *
 * ```text
 * socket ─▶ read loop ─▶ publish(run)        channel ─▶ write loop ─▶ socket
 * ```
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import type { Channel } from "../hub/channel.ts";
import { frames, TruncatedFrameError } from "../wire/framer.ts";
import { isDisconnect } from "../wire/io_error.ts";
import type { Lag } from "./lag.ts";
import type { Run } from "../wire/run.ts";

/**
 * Where a client's runs go. The run's bytes are valid until the returned promise
 * settles; until then nothing more is read from this client, which is how it is
 * paced.
 */
export type Publish = (run: Run) => void | Promise<void>;

/**
 * How a connection ended: the client ended its sending side and got everything
 * that was for it (`ended`), the same but inside a frame (`truncated`); it broke
 * (`reset`); the client took nothing for too long (`stalled`); the server shut
 * down and the client got everything (`drained`) or not everything in time
 * (`aborted`); `publish` failed (`failed`).
 */
export type DisconnectReason =
  | "ended"
  | "truncated"
  | "reset"
  | "stalled"
  | "drained"
  | "aborted"
  | "failed";

/** What went through a server, in whole messages and in bytes. */
export interface Traffic {
  /** Messages received from clients. */
  messagesIn: number;
  /** Bytes of these messages. */
  bytesIn: number;
  /** Messages sent to clients: taken by their sockets, whole. */
  messagesOut: number;
  /** Bytes sent to clients. */
  bytesOut: number;
}

/** What a connection shares with the others of its server. */
export interface ConnectionOptions {
  readonly publish: Publish;
  /** Counted up as bytes pass. */
  readonly traffic: Traffic;
  /** Told of failures that are not the client's. */
  readonly onError: (error: unknown) => void;
}

/**
 * How long a drained client may take to end its side, in milliseconds. Closing
 * a socket that a client still sends to resets it, and a reset can destroy what
 * the client has not read yet.
 */
const LINGER = 1000;

/** One socket's life on the server. */
export class Connection {
  /** Resolves when both loops have ended and the socket is closed. */
  readonly finished: Promise<DisconnectReason>;
  /** Where this client's messages come from. */
  readonly channel: Channel;
  /** Looks at the channel, for each run that is taken from it and whenever asked. */
  readonly lag: Lag | undefined;
  readonly #socket: Deno.Conn;
  readonly #options: ConnectionOptions;
  #ending: DisconnectReason | undefined;
  /** The client has ended its sending side. */
  #heard: "ended" | "truncated" | undefined;
  #draining = false;
  #publishing = false;
  /** A write is pending: data waits for the client. */
  #writing = false;
  /** Messages read, and writes that moved bytes. */
  #moves = 0;
  /** What `#moves` was at the last beat, if a write was pending then. */
  #stuckAt: number | undefined;
  #stuckBeats = 0;

  constructor(
    socket: Deno.Conn,
    channel: Channel,
    options: ConnectionOptions,
    lag?: Lag,
  ) {
    this.#socket = socket;
    this.channel = channel;
    this.#options = options;
    this.lag = lag;
    this.finished = this.#writeLoop(this.#readLoop());
  }

  /** Reads no more messages, sends what waits, says goodbye and closes. */
  drain(): void {
    this.#draining = true;
    this.channel.close();
  }

  /** Closes at once, for the first reason given. Both loops end. */
  close(ending: DisconnectReason): void {
    this.#ending ??= ending;
    this.channel[Symbol.dispose]();
    this.#socket[Symbol.dispose]();
  }

  /** One beat of the server's watch: closes a client that has not moved for `limit` beats. */
  beat(limit: number): void {
    if (!this.#writing || this.#moves !== this.#stuckAt) {
      this.#stuckAt = this.#writing ? this.#moves : undefined;
      this.#stuckBeats = 0;
    } else if (++this.#stuckBeats >= limit) {
      this.close("stalled");
    }
  }

  async #readLoop(): Promise<void> {
    const { publish, traffic, onError } = this.#options;
    try {
      for await (const run of frames(this.#socket)) {
        if (this.#draining) continue;
        this.#moves++;
        traffic.messagesIn += run.count;
        traffic.bytesIn += run.bytes.length;
        this.#publishing = true;
        try {
          await publish(run);
        } catch (error) { // whatever it is, it says nothing of this socket
          this.close("failed");
          onError(error);
          return;
        } finally {
          this.#publishing = false;
        }
      }
      this.#heard = "ended";
    } catch (error) {
      if (error instanceof TruncatedFrameError) this.#heard = "truncated";
      else this.#lose(error);
    }
    this.channel.close();
  }

  /** Writes until the channel ends, and then ends the connection. */
  async #writeLoop(reading: Promise<void>): Promise<DisconnectReason> {
    const { traffic } = this.#options;
    try {
      for await (const { bytes, count } of this.channel) {
        this.#writing = true;
        this.lag?.look();
        let written = await this.#socket.write(bytes);
        this.#moves++;
        while (written < bytes.length) {
          written += await this.#socket.write(bytes.subarray(written));
          this.#moves++;
        }
        this.#writing = false;
        this.channel.release();
        traffic.messagesOut += count;
        traffic.bytesOut += bytes.length;
      }
    } catch (error) {
      this.#lose(error);
    }
    if (!this.#ending && !this.#heard) await this.#sayGoodbye(reading);
    this.close(this.#heard ?? "drained");
    // A publish that never settles must not keep the connection alive.
    if (!this.#publishing) await reading;
    return this.#ending!;
  }

  #lose(error: unknown): void {
    this.close("reset");
    if (!isDisconnect(error)) this.#options.onError(error);
  }

  /** Ends the sending side and waits, a little, for the client to end its own. */
  async #sayGoodbye(reading: Promise<void>): Promise<void> {
    try {
      await this.#socket.closeWrite();
      await deadline(reading, LINGER);
    } catch (error) {
      const late = error instanceof DOMException;
      if (!late && !isDisconnect(error)) this.#options.onError(error);
    }
  }
}
