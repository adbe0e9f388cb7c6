/**
 * The connections of one test run: opened, read, written and closed here. A
 * connection that the server ends before the run is over is a violation.
 *
 * @module
 */
import { isDisconnect } from "@zillions/server/client";
import {
  type ByteSource,
  Framer,
  TruncatedFrameError,
} from "@zillions/server/framer";
import { WebSocketError } from "@zillions/server/websocket";
import type { Verdict } from "../checks/violations.ts";
import type { ServerUnderTest } from "../target/server.ts";
import { StartError } from "../target/start_error.ts";
import type { Socket } from "../target/target.ts";

/** How many connections are opened at a time: fewer than any server queues. */
const CONNECTING = 64;

/**
 * Bytes of a client's read buffer. It is large from the start and fixed, because what
 * the tester spends on reading looks like latency of the server.
 */
const READ_BUFFER = 64 * 1024;

/**
 * Milliseconds between the end of a connection and its violation. If the whole
 * server ends within this time, that is the better verdict.
 */
const SERVER_END_DELAY = 200;

/** Error codes of a process or a system that has no free descriptors. */
const NO_DESCRIPTORS = ["EMFILE", "ENFILE"];

/** The run that the connections belong to. */
export interface ConnectionsOwner {
  /** Aborted when the run is over. */
  readonly ended: AbortSignal;
  /** Ends the run with a violation. */
  fail(verdict: Verdict, text: string): void;
  /** Waits, but no longer than the run lasts. */
  pause(milliseconds: number): Promise<void>;
}

/** The open connections of a run. */
export class Connections implements Disposable {
  readonly #server: ServerUnderTest;
  readonly #run: ConnectionsOwner;
  readonly #open = new Set<Socket>();
  readonly #reading: Promise<void>[] = [];

  constructor(server: ServerUnderTest, run: ConnectionsOwner) {
    this.#server = server;
    this.#run = run;
  }

  /**
   * Opens `count` connections, or fewer if the run ends meanwhile.
   *
   * @throws {StartError} If the system allows no more connections.
   */
  async open(count: number): Promise<Socket[]> {
    const { ended } = this.#run;
    const sockets: Socket[] = [];
    while (sockets.length < count && !ended.aborted) {
      const some = Math.min(CONNECTING, count - sockets.length);
      const opened = await Promise.allSettled(
        Array.from({ length: some }, () => this.#server.connect()),
      );
      for (const each of opened) {
        if (each.status === "rejected") continue;
        this.#open.add(each.value);
        sockets.push(each.value);
        each.value.setNoDelay(true);
      }
      if (ended.aborted) this[Symbol.dispose]();
      const failed = opened.find(({ status }) => status === "rejected");
      if (failed?.status === "rejected") await this.#refused(failed.reason);
    }
    return sockets;
  }

  /** Closes a connection before the end of the run. */
  close(socket: Socket): void {
    this.#open.delete(socket);
    socket[Symbol.dispose]();
  }

  /**
   * Reads frames until the run is over or the socket is closed.
   *
   * @param client The name of the client, for the violation if the server ends the
   * connection.
   * @param onFrames Called with each run of whole frames, valid during the call.
   * @param source Reads from the socket, if it is not the socket itself.
   */
  receive(
    socket: Socket,
    client: string,
    onFrames: (bytes: Uint8Array<ArrayBuffer>) => void,
    source: ByteSource = socket,
  ): Promise<void> {
    return this.#track(socket, client, async () => {
      const framer = new Framer({ bufferSize: READ_BUFFER });
      for (;;) {
        const read = await source.read(framer.buffer);
        if (read === null) return framer.end();
        const { bytes, count } = framer.push(read);
        if (count > 0) onFrames(bytes);
      }
    });
  }

  /** Reads until the run is over, and discards what arrives. */
  discard(socket: Socket, client: string): Promise<void> {
    return this.#track(socket, client, async () => {
      // One for all would not do: a WebSocket looks at what it reads.
      const discarded = new Uint8Array(READ_BUFFER);
      let read: number | null;
      do read = await socket.read(discarded); while (read !== null);
    });
  }

  /** Writes all of `bytes`; `false` if the connection has ended. */
  async write(socket: Socket, bytes: Uint8Array): Promise<boolean> {
    try {
      for (let rest = bytes; rest.length > 0;) {
        rest = rest.subarray(await socket.write(rest));
      }
      return true;
    } catch (error) {
      if (!isDisconnect(error)) throw error;
      return false; // the reader of this socket reports the reason
    }
  }

  /** Resolves when all reading has ended. */
  async finished(): Promise<void> {
    await Promise.all(this.#reading);
  }

  /** Closes every connection. */
  [Symbol.dispose](): void {
    for (const socket of this.#open) socket[Symbol.dispose]();
  }

  #track(
    socket: Socket,
    client: string,
    read: () => Promise<void>,
  ): Promise<void> {
    const reading = this.#readToEnd(socket, client, read);
    this.#reading.push(reading);
    return reading;
  }

  async #readToEnd(
    socket: Socket,
    client: string,
    read: () => Promise<void>,
  ): Promise<void> {
    let how = `ended the connection of ${client}`;
    try {
      await read();
    } catch (error) {
      if (error instanceof TruncatedFrameError) how += " inside a message";
      else if (error instanceof WebSocketError) {
        how = `broke the WebSocket protocol: ${error.message}`;
      } else if (!isDisconnect(error)) throw error;
      else how = `reset the connection of ${client}`;
    }
    if (this.#run.ended.aborted || !this.#open.has(socket)) return;
    await this.#run.pause(SERVER_END_DELAY);
    this.#run.fail("died", `the server ${how}`);
  }

  async #refused(error: unknown): Promise<void> {
    const { code = "", message } = error as { code?: string; message: string };
    if (NO_DESCRIPTORS.includes(code)) {
      throw new StartError(
        `Cannot open more than ${this.#open.size} connections: the system allows no more (ulimit -n)`,
      );
    }
    await this.#run.pause(SERVER_END_DELAY);
    this.#run.fail("died", `the server refused a connection: ${message}`);
  }
}
