/**
 * The connection: one client's life on the server. The server makes one for each
 * client. Only the read loop reads the transport, only the write loop writes it,
 * and neither outlives the other.
 *
 * ```text
 * transport ─▶ read loop ─▶ publisher        channel ─▶ write loop ─▶ transport
 * ```
 *
 * @module
 */
import type { Channel } from "../hub/channel.ts";
import { leadingRun } from "../wire/frame.ts";
import { frames, TruncatedFrameError } from "../wire/framer.ts";
import { isDisconnect } from "../wire/io_error.ts";
import { WebSocketError } from "../wire/websocket/close_code.ts";
import type { ClientState, ConnectedClient } from "./client.ts";
import type { ServerClock } from "./clock.ts";
import type { DelayHistogram } from "./delay_histogram.ts";
import { DelayObserver } from "./delay_observer.ts";
import { Lag, type LagChange, type LagListener } from "./lag.ts";
import type { Publisher } from "./publisher.ts";
import type { RateLimit } from "./rate_limit.ts";
import type { DisconnectReason, Traffic } from "./stats.ts";
import type { Transport } from "./transport.ts";

/** What a connection shares with the others of its server. */
export interface ConnectionOptions {
  readonly publisher: Publisher;
  readonly clock: ServerClock;
  /** Counted up as bytes pass. */
  readonly traffic: Traffic;
  /** Where delays are counted, if somebody wants to know them by now. */
  readonly delays?: () => DelayHistogram | undefined;
  /** How fast the client may send, if that is limited. */
  readonly rateLimit?: RateLimit | undefined;
  /** Called when an episode of lagging begins or ends. */
  readonly onLag: (
    connection: Connection,
    change: LagChange,
    dropped: number,
  ) => void;
  /** Called once, when both loops have ended. */
  readonly onFinished: (
    connection: Connection,
    reason: DisconnectReason,
  ) => void;
  /** Called with failures that are not the client's. */
  readonly onError: (error: unknown) => void;
}

/**
 * How long a drained client may take to end its side, in milliseconds. Closing a
 * socket to which a client still sends resets it, and a reset can destroy what the
 * client has not read yet.
 */
const LINGER = 1000;

/** One client's life on the server. */
export class Connection implements ConnectedClient, LagListener {
  readonly client: number;
  readonly since: number = Date.now();
  messagesIn = 0;
  bytesIn = 0;
  messagesOut = 0;
  bytesOut = 0;
  /** Resolves when both loops have ended and the transport is closed. */
  readonly finished: Promise<DisconnectReason>;
  /** Where this client's messages come from. */
  readonly channel: Channel;
  /** Checked for each run that is taken from the channel, and by the server from time to time. */
  readonly lagState: Lag;
  readonly #transport: Transport;
  readonly #options: ConnectionOptions;
  #reason: DisconnectReason | undefined;
  /** How the client's sending side has ended. */
  #inputEnded: "ended" | "truncated" | undefined;
  #draining = false;
  /** The client got everything, and this sending side was closed. */
  #closedWrite = false;
  /** The read loop waits for the publisher, or ended waiting for it. */
  #publishing = false;
  /** A write is pending: data waits for the client. */
  #writing = false;
  /** Checks during which it was, since a run was read or a write took bytes. */
  #checks = 0;
  #delays: DelayObserver | undefined;

  constructor(
    transport: Transport,
    channel: Channel,
    options: ConnectionOptions,
    client: number,
  ) {
    this.client = client;
    this.#transport = transport;
    this.channel = channel;
    this.#options = options;
    this.lagState = new Lag(channel, this);
    const delays = options.delays?.();
    if (delays) this.#delays = new DelayObserver(delays, delays.mark);
    this.finished = this.#writeLoop(this.#readLoop());
  }

  get remoteAddr(): Deno.Addr {
    return this.#transport.remoteAddr;
  }

  get protocol(): string {
    return this.#transport.protocol ?? this.remoteAddr.transport;
  }

  get dropped(): number {
    return this.channel.dropped;
  }

  get lag(): number {
    return this.channel.lag;
  }

  get state(): ClientState {
    if (this.channel.closed || this.#inputEnded) return "ending";
    return this.lagState.lagging ? "lagging" : "open";
  }

  disconnect(): void {
    this.close("removed");
  }

  lagChanged(change: LagChange, dropped: number): void {
    this.#options.onLag(this, change, dropped);
  }

  /** Publishes nothing more of what the client sends. */
  stopReading(): void {
    this.#draining = true;
  }

  /** Publishes nothing more, sends what waits and closes gracefully. */
  drain(): void {
    this.#draining = true;
    this.#transport.notify?.({ draining: true });
    this.channel.close();
  }

  /** Closes at once; the first reason counts. Both loops end. */
  close(reason: DisconnectReason): void {
    if (reason === "aborted" && this.#closedWrite) reason = "drained";
    this.#reason ??= reason;
    this.channel[Symbol.dispose]();
    this.#transport.close(reason);
  }

  /** Closes a client that made no progress for `limit` checks in a row while data waited for it. */
  checkStall(limit: number): void {
    // The first check that sees a write pending does not know for how long it is.
    if (this.#writing && this.#checks++ >= limit) this.close("stalled");
  }

  async #readLoop(): Promise<void> {
    const { publisher, traffic, rateLimit } = this.#options;
    const runs = frames(this.#transport);
    try {
      for await (const run of rateLimit ? rateLimit.apply(runs) : runs) {
        if (this.#draining) continue;
        this.#checks = 0;
        const { bytes: { length }, count } = run;
        traffic.messagesIn += count;
        traffic.bytesIn += length;
        this.messagesIn += count;
        this.bytesIn += length;
        this.#publishing = true;
        await publisher.publish(run);
        this.#publishing = false;
      }
      this.#inputEnded = "ended";
    } catch (error) {
      this.#endReading(error);
    }
    if (!this.channel.closed) await this.#flush();
    this.channel.close();
  }

  /** Waits until everything that the client has sent is broadcast. */
  async #flush(): Promise<void> {
    this.#publishing = true;
    try {
      await this.#options.publisher.flush?.();
    } catch (error) {
      this.#endReading(error);
    }
  }

  #endReading(error: unknown): void {
    if (this.#publishing) { // the publisher failed; that says nothing of this client
      this.close("failed");
      this.#options.onError(error);
    } else if (error instanceof TruncatedFrameError) {
      this.#inputEnded = "truncated";
    } else if (error instanceof WebSocketError) {
      this.close("invalid");
    } else {
      this.#disconnect(error);
    }
  }

  /** Writes until the channel ends, and then ends the connection. */
  async #writeLoop(reading: Promise<void>): Promise<DisconnectReason> {
    /** What is written of a run that is not finished. */
    let unfinished: Uint8Array<ArrayBuffer> | undefined;
    try {
      for await (const { bytes, count } of this.channel) {
        this.#writing = true;
        this.lagState.check();
        this.#notifyDropped();
        let written = await this.#transport.write(bytes);
        this.#checks = 0;
        while (written < bytes.length) {
          unfinished = bytes.subarray(0, written);
          written += await this.#transport.write(bytes.subarray(written));
          this.#checks = 0;
        }
        unfinished = undefined;
        this.#writing = false;
        this.channel.release();
        this.#count(count, bytes.length);
        this.#observeDelay();
      }
      this.#notifyDropped(true);
    } catch (error) {
      this.#disconnect(error);
    }
    if (unfinished) {
      const { count, bytes } = leadingRun(unfinished);
      this.#count(count, bytes.length);
    }
    const ending = this.#inputEnded ?? "drained";
    if (!this.#reason && ending === "drained") {
      await this.#closeGracefully(reading);
    }
    this.close(ending);
    // A publisher that never settles must not keep the connection alive.
    if (!this.#publishing) await reading;
    const reason = this.#reason!;
    this.#options.onFinished(this, reason);
    return reason;
  }

  /** Counts messages that the system has taken. */
  #count(messages: number, bytes: number): void {
    const { traffic } = this.#options;
    traffic.messagesOut += messages;
    traffic.bytesOut += bytes;
    this.messagesOut += messages;
    this.bytesOut += bytes;
  }

  /** Tells the client how many messages are missing before the next that it is sent. */
  #notifyDropped(ended = false): void {
    const dropped = this.lagState.missed(ended);
    if (dropped > 0) this.#transport.notify?.({ dropped });
  }

  /** Observes how late the run is that was sent. */
  #observeDelay(): void {
    const delays = this.#options.delays?.();
    if (!delays) return;
    this.#delays ??= new DelayObserver(delays);
    this.#delays.observe(this.lag);
  }

  #disconnect(error: unknown): void {
    this.close("reset");
    if (!isDisconnect(error)) this.#options.onError(error);
  }

  /** Ends the sending side, and waits a little for the client to end its own. */
  async #closeGracefully(reading: Promise<void>): Promise<void> {
    try {
      await this.#transport.closeWrite();
      this.#closedWrite = true;
      await this.#options.clock.deadline(reading, LINGER);
    } catch (error) {
      const late = error instanceof DOMException;
      if (!late && !isDisconnect(error)) this.#options.onError(error);
    }
  }
}
