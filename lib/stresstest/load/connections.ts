/**
 * The connections of one test run: opened, read, written and closed here. One that
 * the server ends before the run is over is a violation, unless its client was idle or
 * its node went down while others run on: then it is counted.
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
import { connectInTime, type Socket } from "../target/connect.ts";

/** How many connections are opened at a time: fewer than any server queues. */
const CONNECTING = 64;

/**
 * Bytes of a client's read buffer. It is large from the start and fixed, because what
 * the tester spends on reading looks like latency of the server.
 */
const READ_BUFFER = 64 * 1024;

/**
 * Milliseconds between the end of a connection and what is said of it. If the whole
 * server ends within this time, that is the better verdict.
 */
const SERVER_END_DELAY = 300;

/** A client that has sent and received nothing for this long, in milliseconds, is idle. */
const IDLE = 1000;

/** Error codes of a process or a system that has no free descriptors. */
const NO_DESCRIPTORS = ["EMFILE", "ENFILE"];

/** A client whose connection is read. */
export interface Peer {
  /** Its name, for the case that the server ends the connection. */
  readonly name: string;
  /** Whether a server may end the connection because the client did not read. */
  readonly stuck?: boolean;
  /** Called at once if the server ends the connection. */
  readonly onCut?: () => void;
}

/** The run that the connections belong to. */
export interface ConnectionsOwner {
  /** Aborted when the run is over. */
  readonly ended: AbortSignal;
  /** Aborted when the run is over or was stopped from outside. */
  readonly stopping: AbortSignal;
  /** Milliseconds in which a server must accept a connection. */
  readonly timeout: number;
  /** Ends the run with a violation. */
  fail(verdict: Verdict, text: string): void;
  /** Counts a client whose connection the server has ended, though it runs on. */
  cut(node: string, text: string): void;
  /** Waits, but no longer than the run lasts. */
  pause(milliseconds: number): Promise<void>;
}

/** The open connections of a run. */
export class Connections implements Disposable {
  readonly #server: ServerUnderTest;
  readonly #run: ConnectionsOwner;
  /** When each open connection last carried something, as `performance.now()`. */
  readonly #open = new Map<Socket, number>();
  readonly #reading: Promise<void>[] = [];
  /** What is still to be said of connections that have ended. */
  readonly #judging: Promise<void>[] = [];

  constructor(server: ServerUnderTest, run: ConnectionsOwner) {
    this.#server = server;
    this.#run = run;
  }

  /**
   * Opens `count` connections, or fewer if the run ends or is stopped meanwhile.
   *
   * @throws {StartError} If the system allows no more connections.
   */
  async open(count: number): Promise<Socket[]> {
    const { ended, stopping, timeout } = this.#run;
    const sockets: Socket[] = [];
    while (sockets.length < count && !stopping.aborted) {
      const some = Math.min(CONNECTING, count - sockets.length);
      const opened = await Promise.allSettled(
        Array.from({ length: some }, () =>
          connectInTime(
            timeout,
            stopping,
            (signal) => this.#server.connect(signal),
          )),
      );
      for (const each of opened) {
        if (each.status === "rejected") continue;
        this.#open.set(each.value, performance.now());
        sockets.push(each.value);
      }
      if (ended.aborted) this[Symbol.dispose]();
      const failed = opened.find(({ status }) => status === "rejected");
      if (failed?.status === "rejected" && !stopping.aborted) {
        await this.#refused(failed.reason);
      }
    }
    return sockets;
  }

  /** Leaves a connection open after the run. */
  keep(socket: Socket): void {
    this.#open.delete(socket);
  }

  /** Closes a connection before the end of the run. */
  close(socket: Socket): void {
    this.#open.delete(socket);
    socket[Symbol.dispose]();
  }

  /**
   * Reads frames until the run is over or the connection ends.
   *
   * @param onFrames Called with each run of whole frames, valid during the call.
   * @param source Reads from the socket, if it is not the socket itself.
   */
  receive(
    socket: Socket,
    peer: Peer,
    onFrames: (bytes: Uint8Array<ArrayBuffer>) => void,
    source: ByteSource = socket,
  ): Promise<void> {
    return this.#track(socket, peer, async () => {
      const framer = new Framer({ bufferSize: READ_BUFFER });
      for (;;) {
        const read = await source.read(framer.buffer);
        if (read === null) return framer.end();
        this.#note(socket);
        const { bytes, count } = framer.push(read);
        if (count > 0) onFrames(bytes);
      }
    });
  }

  /** Reads until the run is over, and discards what arrives. */
  discard(socket: Socket, peer: Peer): Promise<void> {
    return this.#track(socket, peer, async () => {
      // One for all would not do: a WebSocket looks at what it reads.
      const discarded = new Uint8Array(READ_BUFFER);
      while (await socket.read(discarded) !== null) this.#note(socket);
    });
  }

  /** Writes all of `bytes`; `false` if the connection has ended. */
  async write(socket: Socket, bytes: Uint8Array): Promise<boolean> {
    try {
      for (let rest = bytes; rest.length > 0;) {
        rest = rest.subarray(await socket.write(rest));
      }
      this.#note(socket);
      return true;
    } catch (error) {
      if (!isDisconnect(error)) throw error;
      return false; // the reader of this socket reports the reason
    }
  }

  /** Resolves when every connection that has ended has been judged. */
  async judged(): Promise<void> {
    await Promise.all(this.#judging);
  }

  /** Resolves when all reading has ended. */
  async finished(): Promise<void> {
    await Promise.all(this.#reading);
  }

  /** Closes every connection. */
  [Symbol.dispose](): void {
    for (const socket of this.#open.keys()) socket[Symbol.dispose]();
  }

  #track(
    socket: Socket,
    peer: Peer,
    read: () => Promise<void>,
  ): Promise<void> {
    const reading = this.#readToEnd(socket, peer, read);
    this.#reading.push(reading);
    return reading;
  }

  async #readToEnd(
    socket: Socket,
    peer: Peer,
    read: () => Promise<void>,
  ): Promise<void> {
    let how = "ended the connection of";
    let where = "";
    try {
      await read();
    } catch (error) {
      if (error instanceof TruncatedFrameError) where = " inside a message";
      else if (error instanceof WebSocketError) {
        how = "broke the WebSocket protocol of";
        where = `: ${error.message}`;
      } else if (!isDisconnect(error)) throw error;
      else how = "reset the connection of";
    }
    const judging = this.#judge(socket, peer, how, where);
    this.#judging.push(judging);
    await judging;
  }

  /** Says what it means that the server has ended a connection. */
  async #judge(
    socket: Socket,
    { name, stuck = false, onCut }: Peer,
    how: string,
    where = "",
  ): Promise<void> {
    const activeAt = this.#open.get(socket);
    if (this.#run.ended.aborted || activeAt === undefined) return;
    const idle = stuck || performance.now() - activeAt > IDLE;
    const node = this.#server.nodeOf(socket);
    const text = `the server ${how} ${name}${where}`;
    this.close(socket);
    onCut?.();
    await this.#run.pause(SERVER_END_DELAY);
    if (this.#run.ended.aborted) return;
    if (!await this.#accepts()) {
      this.#run.fail("died", `${text}, and accepts no more`);
    } else if (idle || !await this.#accepts(node)) {
      this.#run.cut(node, text);
    } else {
      this.#run.fail("cut", `${text}, which was not idle`);
    }
  }

  async #accepts(node?: string): Promise<boolean> {
    const { timeout, ended } = this.#run;
    try {
      return await connectInTime(
        timeout,
        ended,
        (signal) => this.#server.accepts(node, signal),
      );
    } catch {
      return false; // not in time, or the run is over
    }
  }

  #note(socket: Socket): void {
    if (this.#open.has(socket)) this.#open.set(socket, performance.now());
  }

  async #refused(error: unknown): Promise<void> {
    const { code = "", message } = error as { code?: string; message: string };
    if (NO_DESCRIPTORS.includes(code)) {
      throw new StartError(
        `Cannot open more than ${this.#open.size} connections: the system allows no more (ulimit -n)`,
      );
    }
    await this.#run.pause(SERVER_END_DELAY);
    if (error instanceof Deno.errors.TimedOut) {
      const seconds = this.#run.timeout / 1000;
      this.#run.fail(
        "stalled",
        `the server did not accept a connection for ${seconds} s`,
      );
    } else {
      this.#run.fail("died", `the server refused a connection: ${message}`);
    }
  }
}
