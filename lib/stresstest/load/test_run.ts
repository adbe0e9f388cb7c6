/**
 * A run under way, in either mode: its connections, its verdict so far, and its
 * end. Its one rule: whatever goes wrong ends the run with a verdict and never
 * with a hang, and no connection outlives it.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import {
  type ByteSource,
  Framer,
  TruncatedFrameError,
} from "@zillions/server/framer";
import { isDisconnect } from "@zillions/server/client";
import type { Subject } from "../target/server.ts";
import { StartError } from "../target/start_error.ts";
import type { Socket } from "../target/target.ts";
import type { Verdict } from "./result.ts";
import { Violations } from "../checks/violations.ts";

/** How often it is looked whether the server hangs, in milliseconds. */
const BEAT = 50;

/** How long after a connection the whole server may end, in milliseconds. */
const LAST_BREATH = 200;

/** How many connections are opened at a time: fewer than any server queues. */
const CONNECTING = 64;

/**
 * Bytes of a client's read buffer. It is large from the start and fixed: what the
 * tester spends on reading looks like the server's latency.
 */
const READ_BUFFER = 64 * 1024;

/** How a run is watched from outside. */
export interface Watched {
  /** Ends the run early: what there is then is the result. */
  stop: AbortSignal;
  /** Told now and then how much of the run is done, of how much. */
  onProgress?: (done: number, of: number, deliveries: number) => void;
}

/** Options of a {@linkcode Trial}. */
export interface TrialOptions extends Watched {
  /** Milliseconds without a delivery after which a server hangs. */
  timeout: number;
}

/** One run under way. */
export class Trial implements Disposable {
  readonly violations = new Violations();
  /** Called now and then. */
  onBeat: (() => void) | undefined;
  readonly #server: Subject;
  readonly #options: TrialOptions;
  readonly #over = new AbortController();
  readonly #sockets = new Set<Socket>();
  /** What has to end before the run has ended. */
  readonly #doing: Promise<void>[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  /** When the first message was sent after the last delivery. */
  #waitingSince: number | undefined;

  constructor(server: Subject, options: TrialOptions) {
    this.#server = server;
    this.#options = options;
    this.#timer = setInterval(() => this.#beat(), BEAT);
    server.ended.then((how) =>
      this.fail("died", `the server ended with ${how}`)
    );
  }

  /** Aborted when nothing more is to be done: the run has failed or is over. */
  get over(): AbortSignal {
    return this.#over.signal;
  }

  /** Whether no more is to be sent. */
  get stopped(): boolean {
    return this.#options.stop.aborted || this.over.aborted;
  }

  /** Notes that a message was sent. */
  sent(): void {
    this.#waitingSince ??= performance.now();
  }

  /** Notes that something was delivered. */
  delivered(): void {
    this.#waitingSince = undefined;
  }

  /** Ends the run: there is no point in going on. */
  fail(verdict: Verdict, text: string): void {
    if (this.over.aborted) return;
    this.violations.add(verdict, () => text);
    this[Symbol.dispose](); // which ends reads and writes that would never end
  }

  /** Waits, less if the run is over. */
  async pause(milliseconds: number): Promise<void> {
    // The wait ends early, by a rejection, only when the signal aborts.
    await delay(milliseconds, { signal: this.over }).catch(() => {});
  }

  /** Opens `count` connections. Fewer, if the server dies meanwhile. */
  async connect(count: number): Promise<Socket[]> {
    const sockets: Socket[] = [];
    while (sockets.length < count && !this.over.aborted) {
      const some = Math.min(CONNECTING, count - sockets.length);
      const opened = await Promise.allSettled(
        Array.from({ length: some }, () => this.#server.connect()),
      );
      for (const each of opened) {
        if (each.status === "rejected") continue;
        this.#sockets.add(each.value);
        sockets.push(each.value);
        each.value.setNoDelay(true);
      }
      if (this.over.aborted) this[Symbol.dispose]();
      const failed = opened.find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") await this.#refused(failed.reason);
    }
    return sockets;
  }

  /** Has the end of the run wait for `doing`. */
  keep(doing: Promise<void>): void {
    this.#doing.push(doing);
  }

  /** Closes a connection before the end of the run. */
  leave(socket: Socket): void {
    this.#sockets.delete(socket);
    socket[Symbol.dispose]();
  }

  /**
   * Reads frames until the run is over or the socket is left. A server that
   * ends the connection before fails the run, in the name of `who`.
   *
   * @param source What reads from the socket, if it is not the socket itself.
   */
  receive(
    socket: Socket,
    who: string,
    take: (bytes: Uint8Array<ArrayBuffer>) => void,
    source: ByteSource = socket,
  ): Promise<void> {
    return this.#read(socket, who, async () => {
      const framer = new Framer({ bufferSize: READ_BUFFER });
      for (;;) {
        const read = await source.read(framer.buffer);
        if (read === null) return framer.end();
        const { bytes, count } = framer.push(read);
        if (count > 0) take(bytes);
      }
    });
  }

  /** Reads and forgets what arrives. */
  discard(socket: Socket, who: string): Promise<void> {
    return this.#read(socket, who, async () => {
      while (await socket.read(FORGOTTEN) !== null) {
        /* nothing to do with it */
      }
    });
  }

  /** Writes all of `bytes`; whether that was possible. */
  async write(socket: Socket, bytes: Uint8Array): Promise<boolean> {
    try {
      for (let rest = bytes; rest.length > 0;) {
        rest = rest.subarray(await socket.write(rest));
      }
      return true;
    } catch (error) {
      if (!isDisconnect(error)) throw error;
      return false; // whoever reads this socket says why
    }
  }

  /** Closes every connection and waits until nobody does anything any more. */
  async finish(): Promise<void> {
    this[Symbol.dispose]();
    await Promise.all(this.#doing);
  }

  /** Ends it and closes every connection. */
  [Symbol.dispose](): void {
    this.#over.abort();
    clearInterval(this.#timer);
    for (const socket of this.#sockets) socket[Symbol.dispose]();
  }

  #read(
    socket: Socket,
    who: string,
    read: () => Promise<void>,
  ): Promise<void> {
    const reading = this.#untilEnd(socket, who, read);
    this.keep(reading);
    return reading;
  }

  async #untilEnd(
    socket: Socket,
    who: string,
    read: () => Promise<void>,
  ): Promise<void> {
    let how = `ended the connection of ${who}`;
    try {
      await read();
    } catch (error) {
      if (error instanceof TruncatedFrameError) how += " inside a message";
      else if (!isDisconnect(error)) throw error;
      else how = `broke the connection of ${who}`;
    }
    if (this.over.aborted || !this.#sockets.has(socket)) return;
    // If it is the whole server that ends, that is the better verdict.
    await this.pause(LAST_BREATH);
    this.fail("died", `the server ${how}`);
  }

  async #refused(error: unknown): Promise<void> {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EMFILE" || code === "ENFILE") {
      throw new StartError(
        `Cannot open more than ${this.#sockets.size} connections: the system allows no more (ulimit -n)`,
      );
    }
    await this.pause(LAST_BREATH);
    this.fail(
      "died",
      `the server refused a connection: ${(error as Error).message}`,
    );
  }

  #beat(): void {
    const { timeout } = this.#options;
    if (
      this.#waitingSince !== undefined &&
      performance.now() - this.#waitingSince > timeout
    ) {
      this.fail(
        "hung",
        `nothing was delivered for ${
          timeout / 1000
        } s though messages were sent`,
      );
    }
    this.onBeat?.();
  }
}

/** Where forgotten bytes go: everybody's, for nobody looks. */
const FORGOTTEN = new Uint8Array(64 * 1024);
