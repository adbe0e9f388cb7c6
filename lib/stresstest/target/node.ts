/**
 * A node of the server under test: one address, and the process if it was started
 * here. Most servers are one node. A node is ready when it has said so and accepts a
 * connection.
 *
 * @module
 */
import {
  type Address,
  formatAddress,
  parseAddress,
} from "@zillions/server/address";
import { escape } from "@zillions/server/escape";
import { connect, type NodeAddress } from "./connect.ts";
import { Process, READY } from "./process.ts";
import { reason, StartError } from "./start_error.ts";
import type { Target } from "./target.ts";

/** A node that was started here, or ran already. */
export class ServerNode implements AsyncDisposable {
  /** The address where it accepts connections. */
  readonly address: NodeAddress;
  /** `undefined` if it ran already. */
  readonly process: Process | undefined;

  private constructor(address: NodeAddress, process?: Process) {
    this.address = address;
    this.process = process;
  }

  /** A node that runs already. */
  static async running(address: NodeAddress): Promise<ServerNode> {
    await assertAccepts(address, formatAddress(address));
    return new ServerNode(address);
  }

  /** Starts a node of `target` with `address` and waits until it accepts connections. */
  static async start(
    target: Target,
    address: Address,
    readyTimeout: number,
    stop: AbortSignal,
  ): Promise<ServerNode> {
    assertFree(address);
    const process = new Process(target, address);
    try {
      const line = await process.ready(readyTimeout, stop);
      const at = address.port === 0 ? announcedAddress(line, target) : address;
      await assertAccepts(
        at,
        `${target.name} at ${formatAddress(at)}, which printed "${
          escape(line)
        }"`,
      );
      return new ServerNode(at, process);
    } catch (error) {
      await process.stop();
      if (!(error instanceof StartError)) throw error;
      throw new StartError(error.message, process.stderr);
    }
  }

  /** Stops the node, by force if it does not end when asked. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.process?.stop();
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
    (await connect(address))[Symbol.dispose]();
  } catch (error) {
    throw new StartError(
      `Cannot test ${who}: ${reason(error)}`,
    );
  }
}
