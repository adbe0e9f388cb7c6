/**
 * A test run, in either mode: its connections, its violations and its end. Every
 * failure ends the run with a verdict, a stalled server after a time-out; and no
 * connection stays open after the run.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type Verdict, Violations } from "../checks/violations.ts";
import { endText } from "../target/server_end.ts";
import type { ServerUnderTest } from "../target/server.ts";
import { Connections, type ConnectionsOwner } from "./connections.ts";
import type { Cuts } from "./result.ts";

/** Milliseconds between two checks whether the server has stalled. */
const CHECK_PERIOD = 50;

/** How far a run is. */
export function messagesSent(sent: number, of: number): string {
  return `after ${sent.toLocaleString("en")} of ${
    of.toLocaleString("en")
  } messages were sent`;
}

/** Options of one run. */
export interface RunOptions {
  /** Ends the run early; the result then covers what was played. */
  stop: AbortSignal;
  /** Called regularly with the messages sent, the messages in all, and deliveries. */
  onProgress?: (sent: number, of: number, deliveries: number) => void;
}

/** Options of a {@linkcode TestRun}. */
export interface TestRunOptions extends RunOptions {
  /** Milliseconds without a delivery after which the server counts as stalled. */
  timeout: number;
}

/** One run under way. */
export class TestRun implements ConnectionsOwner, Disposable {
  readonly violations = new Violations();
  /** The clients whose connections the server has ended, though it runs on. */
  readonly cuts: Cuts = { clients: 0, nodes: [], first: "" };
  readonly connections: Connections;
  /** How far the run is, for the verdict on a server that ends. */
  progress: () => string = () => "while clients connected";
  /** Called with every check for a stall. */
  onCheck: (() => void) | undefined;
  readonly stopping: AbortSignal;
  readonly #options: TestRunOptions;
  #failed = false;
  readonly #end = new AbortController();
  /** Other tasks that end with the run. */
  readonly #tasks: Promise<void>[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  /** When the first message after the last delivery was sent. */
  #waitingSince: number | undefined;

  constructor(server: ServerUnderTest, options: TestRunOptions) {
    this.#options = options;
    this.stopping = AbortSignal.any([options.stop, this.#end.signal]);
    this.connections = new Connections(server, this);
    this.#timer = setInterval(() => this.#checkStall(), CHECK_PERIOD);
    server.ended.then((end) =>
      this.fail("died", `the server ${endText(end, this.progress())}`)
    );
  }

  /** Aborted when the run has failed or is over. */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  get timeout(): number {
    return this.#options.timeout;
  }

  /** Whether the server died or stalled. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Whether the run was stopped from outside. */
  get interrupted(): boolean {
    return this.#options.stop.aborted && !this.#failed;
  }

  /** Whether no more messages are to be sent. */
  get stopped(): boolean {
    return this.stopping.aborted;
  }

  /** Records that a message was sent. */
  noteSent(): void {
    this.#waitingSince ??= performance.now();
  }

  /** Records that something was delivered. */
  noteDelivery(): void {
    this.#waitingSince = undefined;
  }

  /** Ends the run with a violation. Only the first call counts. */
  fail(verdict: Verdict, text: string): void {
    if (this.ended.aborted) return;
    this.#failed = true;
    this.violations.add(verdict, () => text);
    this[Symbol.dispose](); // so that pending reads and writes end
  }

  /** Counts a client whose connection the server has ended. */
  cut(node: string, text: string): void {
    const { nodes } = this.cuts;
    if (!nodes.includes(node)) nodes.push(node);
    if (this.cuts.clients++ === 0) this.cuts.first = text;
  }

  /** Waits, but no longer than the run lasts. */
  async pause(milliseconds: number): Promise<void> {
    // The wait is rejected only when the signal aborts.
    await delay(milliseconds, { signal: this.ended }).catch(() => {});
  }

  /** Lets the end of the run wait for `task`. */
  track(task: Promise<void>): void {
    this.#tasks.push(task);
  }

  /** Closes every connection and waits until all reading and all tasks have ended. */
  async finish(): Promise<void> {
    await this.connections.judged();
    this[Symbol.dispose]();
    await Promise.all([this.connections.finished(), ...this.#tasks]);
  }

  /** Ends the run and closes every connection. */
  [Symbol.dispose](): void {
    this.#end.abort();
    clearInterval(this.#timer);
    this.connections[Symbol.dispose]();
  }

  #checkStall(): void {
    const { timeout } = this;
    if (
      this.#waitingSince !== undefined &&
      performance.now() - this.#waitingSince > timeout
    ) {
      this.fail(
        "stalled",
        `nothing was delivered for ${
          timeout / 1000
        } s though messages were sent`,
      );
    }
    this.onCheck?.();
  }
}
