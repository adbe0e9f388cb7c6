/**
 * The server under test: starts it, waits until it is ready, stops it. Each round
 * starts every server once. A server is ready when it has said so and accepts a
 * connection.
 *
 * @module
 */
import {
  type Address,
  formatAddress,
  parseAddress,
} from "@zillions/server/address";
import { Process, READY, type ServerEnd } from "./process.ts";
import { reason, StartError } from "./start_error.ts";
import type { Socket, Target } from "./target.ts";

/** What the clients of a run connect to. */
export interface ServerUnderTest {
  /** The address where it accepts connections. */
  readonly address: Address;
  /** The process id, if the server was started here. */
  readonly pid: number | undefined;
  /** Resolves with how the server ended, if it ends by itself. */
  readonly ended: Promise<ServerEnd>;
  /** Connects a client. */
  connect(): Promise<Socket>;
}

/** A server that was started here, or ran already. */
export class Server implements ServerUnderTest, AsyncDisposable {
  readonly address: Address;
  readonly pid: number | undefined;
  readonly ended: Promise<ServerEnd>;
  readonly #target: Target;
  readonly #process: Process | undefined;

  private constructor(target: Target, address: Address, process?: Process) {
    this.#target = target;
    this.address = address;
    this.pid = process?.pid;
    this.ended = process?.ended ?? new Promise(() => {});
    this.#process = process;
  }

  /** The last characters that it printed to standard error. */
  get stderr(): string {
    return this.#process?.stderr ?? "";
  }

  /**
   * Starts `target` with `address` and waits until it accepts connections.
   *
   * @param readyTimeout Milliseconds in which it must be ready.
   * @param stop Ends the wait.
   * @throws {StartError} If the server does not get ready.
   */
  static async start(
    target: Target,
    address: Address,
    readyTimeout: number,
    stop: AbortSignal,
  ): Promise<Server> {
    if (target.address) {
      await assertAccepts(target.address, target.text);
      return new Server(target, target.address);
    }
    assertFree(address);
    const process = new Process(target, address);
    try {
      const line = await process.ready(readyTimeout, stop);
      const at = address.port === 0 ? announcedAddress(line, target) : address;
      await assertAccepts(
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

  /** Stops the server, by force if it does not end when asked. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.stop();
  }
}

/** The address in the ready line of a server that chose its port itself. */
function announcedAddress(line: string, target: Target): Address {
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

/** @throws {StartError} If `address` is in use already. */
function assertFree(address: Address): void {
  try {
    Deno.listen(address).close();
  } catch (error) {
    throw new StartError(
      `Cannot test at ${formatAddress(address)}: ${reason(error)}`,
    );
  }
}

/** @throws {StartError} If `address` does not accept connections. */
async function assertAccepts(address: Address, who: string): Promise<void> {
  try {
    (await Deno.connect(address)).close();
  } catch (error) {
    throw new StartError(
      `Cannot test ${who}: ${reason(error)}`,
    );
  }
}
