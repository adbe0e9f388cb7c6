/**
 * The server under test: started, awaited, stopped. Each round starts every
 * server once. Its one rule: it is not taken to be ready because it says so, but
 * because it accepts a connection.
 *
 * @module
 */
import {
  type Address,
  formatAddress,
  parseAddress,
} from "@zillions/server/address";
import { Process, READY } from "./process.ts";
import { reason, StartError } from "./start_error.ts";
import type { Socket, Target } from "./target.ts";

/** What clients are played against. */
export interface Subject {
  /** Where it accepts connections. */
  readonly address: Address;
  /** The process, if it can be watched. */
  readonly pid: number | undefined;
  /** Resolves, if it ends by itself, with how it ended. */
  readonly ended: Promise<string>;
  /** Connects a client. */
  connect(): Promise<Socket>;
}

/** A server that was started, or ran before us. */
export class Server implements Subject, AsyncDisposable {
  readonly address: Address;
  readonly pid: number | undefined;
  readonly ended: Promise<string>;
  readonly #target: Target;
  readonly #process: Process | undefined;

  private constructor(target: Target, address: Address, process?: Process) {
    this.#target = target;
    this.address = address;
    this.pid = process?.pid;
    this.ended = process?.ended ?? new Promise(() => {});
    this.#process = process;
  }

  /** The end of what it printed to standard error. */
  get stderr(): string {
    return this.#process?.stderr ?? "";
  }

  /**
   * Starts `target`, which is told to listen on `address`, and waits until it
   * accepts connections.
   *
   * @param readyTimeout Milliseconds that it may take.
   * @param stop Ends the wait.
   * @throws {StartError} If it does not.
   */
  static async start(
    target: Target,
    address: Address,
    readyTimeout: number,
    stop: AbortSignal,
  ): Promise<Server> {
    if (target.address) {
      await mustAccept(target.address, target.text);
      return new Server(target, target.address);
    }
    mustBeFree(address);
    const process = new Process(target, address);
    try {
      const line = await process.ready(readyTimeout, stop);
      const at = address.port === 0 ? announced(line, target) : address;
      await mustAccept(
        at,
        `${target.name} at ${formatAddress(at)}, which printed "${READY}"`,
      );
      return new Server(target, at, process);
    } catch (error) {
      await process.stop();
      if (!(error instanceof StartError)) throw error;
      throw new StartError(error.message, process.stderr);
    }
  }

  /** Connects a client. */
  connect(): Promise<Socket> {
    const { connect = Deno.connect } = this.#target;
    return connect(this.address);
  }

  /** Stops it, by force if need be. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.stop();
  }
}

/** Where it says it listens, for a port that it chose itself. */
function announced(line: string, target: Target): Address {
  try {
    return parseAddress(line.slice(READY.length).trim());
  } catch (cause) {
    throw new StartError(
      `Cannot test ${target.name} on a port of its choice: ${
        (cause as Error).message
      }`,
    );
  }
}

/** @throws {StartError} If somebody listens there already. */
function mustBeFree(address: Address): void {
  try {
    Deno.listen(address).close();
  } catch (error) {
    throw new StartError(
      `Cannot test at ${formatAddress(address)}: ${reason(error)}`,
    );
  }
}

/** @throws {StartError} If nobody accepts connections there. */
async function mustAccept(address: Address, who: string): Promise<void> {
  try {
    (await Deno.connect(address)).close();
  } catch (error) {
    throw new StartError(
      `Cannot test ${who}: ${reason(error)}`,
    );
  }
}
