/**
 * A node of the server under test: one address, and the process if it was started
 * here. Most servers are one node. A node is ready when it has said so and accepts a
 * connection.
 *
 * @module
 */
import { parseAddress } from "@zillions/server/address";
import type { Endpoint } from "@zillions/server/endpoint";
import { escape } from "@zillions/server/escape";
import {
  connect,
  connectInTime,
  formatNodeAddress,
  type NodeAddress,
} from "./connect.ts";
import { Process, READY } from "./process.ts";
import { reason, StartError } from "./start_error.ts";
import type { Target } from "./target.ts";

/** How servers are started, and connected to. */
export interface StartOptions {
  /** Where they are told to listen: a node of each server at each address. */
  readonly addresses: readonly Endpoint[];
  /** Certificates to trust, as PEM, besides those that Deno trusts. */
  readonly caCerts?: string[] | undefined;
  /** Milliseconds in which a node must be ready. */
  readonly readyTimeout: number;
  /** Ends the wait for it. */
  readonly stop: AbortSignal;
}

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

  /** The address as text. */
  get name(): string {
    return formatNodeAddress(this.address);
  }

  /** A node that runs already. */
  static async running(
    address: NodeAddress,
    options: StartOptions,
  ): Promise<ServerNode> {
    const node = new ServerNode(address);
    await assertAccepts(address, options, node.name);
    return node;
  }

  /** Starts a node of `target` with `address` and waits until it accepts connections. */
  static async start(
    target: Target,
    address: Endpoint,
    options: StartOptions,
  ): Promise<ServerNode> {
    const { readyTimeout, stop } = options;
    await assertFree(address);
    const process = new Process(target, address);
    try {
      const line = await process.ready(readyTimeout, stop);
      const at = address.transport !== "unix" && address.port === 0
        ? { ...address, port: announcedPort(line, target) }
        : address;
      const node = new ServerNode(at, process);
      const who = `${target.name} at ${node.name}, which printed "${
        escape(line)
      }"`;
      await assertAccepts(at, options, who);
      return node;
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

/** The port in the ready line of a server that chose it itself. */
function announcedPort(line: string, target: Target): number {
  try {
    return parseAddress(line.slice(READY.length).trim()).port;
  } catch (cause) {
    throw new StartError(
      `Cannot test ${target.name} on a port of its choice: ${
        (cause as Error).message
      }`,
    );
  }
}

/** @throws {StartError} If `address` is in use already. */
async function assertFree(address: Endpoint): Promise<void> {
  try {
    if (address.transport === "unix") await assertSilent(address);
    else {
      const { hostname, port } = address;
      Deno.listen({ hostname, port }).close();
    }
  } catch (error) {
    throw new StartError(
      `Cannot test at ${formatNodeAddress(address)}: ${reason(error)}`,
    );
  }
}

/** A socket file that a server has left is the next one's to replace. */
async function assertSilent(address: Deno.UnixConnectOptions): Promise<void> {
  try {
    (await Deno.connect(address)).close();
  } catch {
    return; // nobody listens there
  }
  throw new Deno.errors.AddrInUse();
}

/** @throws {StartError} If `address` does not accept connections. */
async function assertAccepts(
  address: NodeAddress,
  { caCerts, readyTimeout, stop }: StartOptions,
  who: string,
): Promise<void> {
  try {
    const socket = await connectInTime(
      readyTimeout,
      stop,
      (signal) => connect(address, { caCerts, signal }),
    );
    socket[Symbol.dispose]();
  } catch (error) {
    throw new StartError(`Cannot test ${who}: ${reason(error, "socket")}`);
  }
}
