/** A server in a process of its own, of which the system tells what it uses. */
import { assert } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  descriptors,
  residentBytes,
} from "../../lib/stresstest/target/proc.ts";
import { Command, freeAddress } from "./command.ts";
import { eventually, inTime } from "./eventually.ts";
import { Peer } from "./peer.ts";
import { path } from "./script.ts";

/** Between two polls whether clients have come or gone, in milliseconds. */
const POLL = 10;

/** Clients that connect at a time. */
const WAVE = 50;

/** The server, and a client that keeps an eye on it. */
export class Watched implements AsyncDisposable {
  readonly #command: Command;
  readonly #control: Peer;
  /** What it had with only that client. */
  readonly #sockets: number;
  readonly #memory: number;

  private constructor(command: Command, control: Peer) {
    this.#command = command;
    this.#control = control;
    this.#sockets = this.sockets;
    this.#memory = residentBytes(command.pid, "now");
  }

  /** Starts it, without what measures coverage, which takes memory of its own. */
  static async start(...options: string[]): Promise<Watched> {
    const command = await Command.start(freeAddress(), [
      ...[Deno.execPath(), "run", "--quiet", "--no-prompt", "--allow-net"],
      ...[path("main.ts"), ...options],
    ]);
    return new Watched(command, await Peer.join(command.address));
  }

  /** Descriptors it has open. */
  get descriptors(): number {
    return descriptors(this.#command.pid);
  }

  /** How many of these are sockets. */
  get sockets(): number {
    return socketsOf(this.#command.pid);
  }

  /** How much more memory it has than it began with, in bytes. */
  get grown(): number {
    return residentBytes(this.#command.pid, "now") - this.#memory;
  }

  /**
   * Connects clients, besides those that were connected `before`, and waits until
   * the server has accepted all of them.
   */
  async connect(count: number, before = 0): Promise<DisposableStack> {
    const stack = new DisposableStack();
    for (let n = 0; n < count; n += WAVE) {
      const connecting = Array.from(
        { length: WAVE },
        () => Peer.connect(this.#command.address),
      );
      for (const peer of await Promise.all(connecting)) stack.use(peer);
    }
    await this.has(before + count);
    return stack;
  }

  /**
   * Waits until so many clients are connected, besides the one that looks. It asks
   * again and again, for nobody tells what another process has open.
   */
  async has(clients: number): Promise<void> {
    const sockets = this.#sockets + clients;
    await eventually(
      `${sockets} sockets`,
      () => this.sockets,
      (now) => now === sockets,
      { pause: () => delay(POLL) },
    );
  }

  /**
   * Sends so many runs of 1 MiB through it, each when the client that polls has
   * received the one before: it never lags.
   */
  async pass(runs: number): Promise<void> {
    const run = new Uint8Array(1024 ** 2).fill(255);
    const buffer = new Uint8Array(64 * 1024);
    const { socket } = this.#control;
    for (let n = 0; n < runs; n++) {
      const sending = this.#control.send(run);
      for (let left = run.length; left > 0;) {
        const read = await inTime(socket.read(buffer), "its own bytes");
        assert(read !== null, "the server ended the connection");
        left -= read;
      }
      await sending;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#control[Symbol.dispose]();
    await this.#command[Symbol.asyncDispose]();
  }
}

/** How many sockets a process has open. Only Linux tells. */
export function socketsOf(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  let sockets = 0;
  for (const { name } of Deno.readDirSync(folder)) {
    try {
      const link = Deno.readLinkSync(`${folder}/${name}`);
      if (link.startsWith("socket:")) sockets++;
    } catch (error) { // closed meanwhile
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return sockets;
}
