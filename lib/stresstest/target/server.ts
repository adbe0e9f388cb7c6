/**
 * The server under test: one node, or several that are one system. It starts them,
 * connects clients to them in turn, and stops them. Each round starts every server
 * once.
 *
 * @module
 */
import { delay } from "@std/async/delay";
import { type Address, parseAddress } from "@zillions/server/address";
import { connect, type NodeAddress, type Socket } from "./connect.ts";
import { ServerNode, type StartOptions } from "./node.ts";
import { READY } from "./process.ts";
import type { ServerEnd } from "./server_end.ts";
import type { Target } from "./target.ts";

/** Milliseconds in which a stopped server's address must refuse connections, and between two checks. */
const [MAX_LEFT, LEFT_PERIOD] = [1000, 50] as const;

/** The remark on a server that had to be killed. */
export const KILLED = "ignored SIGTERM and was killed";

/** What the clients of a run connect to. */
export interface ServerUnderTest {
  /** The addresses of its nodes, as text. */
  readonly nodes: readonly string[];
  /** The ids of the processes that were started here. */
  readonly pids: readonly number[];
  /** Resolves with how the last of its nodes ended, if all end by themselves. */
  readonly ended: Promise<ServerEnd>;
  /**
   * Connects a client to the next node that accepts it.
   *
   * @param signal Gives up.
   */
  connect(signal?: AbortSignal): Promise<Socket>;
  /** The address of the node that a socket is connected to. */
  nodeOf(socket: Socket): string;
  /** Whether a node accepts connections: the given one, or any. */
  accepts(node?: string, signal?: AbortSignal): Promise<boolean>;
}

/** A server that was started here, or ran already. */
export class Server implements ServerUnderTest, AsyncDisposable {
  readonly ended: Promise<ServerEnd>;
  readonly #nodes: readonly ServerNode[];
  readonly #connect: (
    address: NodeAddress,
    signal: AbortSignal | undefined,
  ) => Promise<Socket>;
  readonly #nodeOf = new WeakMap<Socket, ServerNode>();
  /** The node of the next client. */
  #turn = 0;
  /** What is left of nodes that were stopped. */
  #left: string[] = [];

  private constructor(
    target: Target,
    nodes: readonly ServerNode[],
    { caCerts }: StartOptions,
  ) {
    const open = target.connect ?? connect;
    this.#connect = (address, signal) => open(address, { caCerts, signal });
    this.#nodes = nodes;
    const ends = nodes.map(({ process }) =>
      process?.ended ?? new Promise<never>(() => {})
    );
    let last: ServerEnd;
    for (const end of ends) end.then((how) => last = how);
    this.ended = Promise.all(ends).then(() => last);
  }

  /** The address of the first node, which must be one of TCP. */
  get address(): Address {
    return parseAddress(this.nodes[0]!);
  }

  /** The process id of the first node, if it was started here. */
  get pid(): number | undefined {
    return this.#nodes[0]!.process?.pid;
  }

  get nodes(): string[] {
    return this.#nodes.map(({ name }) => name);
  }

  get pids(): number[] {
    return this.#nodes.flatMap(({ process }) => process ? [process.pid] : []);
  }

  /** The last characters that it printed to standard error. */
  get stderr(): string {
    return this.#nodes.map(({ process }) => process?.stderr ?? "").join("");
  }

  /** What its processes did that is worth a note, though no verdict of a run. */
  get remarks(): string[] {
    return this.#nodes.flatMap(({ process }) => [
      ...process && process.readyLines > 1
        ? [`printed "${READY}" ${process.readyLines} times`]
        : [],
      ...process?.killed ? [KILLED] : [],
    ]).concat(this.#left);
  }

  /** Whether a process had to be killed. */
  get killed(): boolean {
    return this.#nodes.some(({ process }) => process?.killed);
  }

  /**
   * Starts `target` once for each address, and waits until all accept connections.
   *
   * @throws {StartError} If a node does not get ready.
   */
  static async start(target: Target, options: StartOptions): Promise<Server> {
    const starting = target.addresses
      ? target.addresses.map((each) => ServerNode.running(each, options))
      : options.addresses.map((each) =>
        ServerNode.start(target, each, options)
      );
    const started = await Promise.allSettled(starting);
    const nodes = started.flatMap((each) =>
      each.status === "fulfilled" ? [each.value] : []
    );
    const failed = started.find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") {
      await Promise.all(nodes.map((node) => node[Symbol.asyncDispose]()));
      throw failed.reason;
    }
    return new Server(target, nodes, options);
  }

  async connect(signal?: AbortSignal): Promise<Socket> {
    let refused: unknown;
    for (const _ of this.#nodes) {
      const node = this.#nodes[this.#turn++ % this.#nodes.length]!;
      try {
        const socket = await this.#connect(node.address, signal);
        this.#nodeOf.set(socket, node);
        return socket;
      } catch (error) {
        refused = error; // the next node may accept
      }
    }
    throw refused;
  }

  nodeOf(socket: Socket): string {
    return this.#nodeOf.get(socket)!.name;
  }

  async accepts(node?: string, signal?: AbortSignal): Promise<boolean> {
    const found = this.#nodes.find(({ name }) => name === node);
    try {
      const socket = await (found
        ? this.#connect(found.address, signal)
        : this.connect(signal));
      socket[Symbol.dispose]();
      return true;
    } catch {
      return false;
    }
  }

  /** Stops the nodes, by force if they do not end when asked. */
  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node[Symbol.asyncDispose]()));
    const left = await Promise.all(
      this.#nodes.map((node) => this.#isLeft(node)),
    );
    this.#left = this.nodes.filter((_, at) => left[at])
      .map((name) => `left a process behind, which still listens at ${name}`);
  }

  /** Whether a process of a node that was stopped still accepts connections. */
  async #isLeft({ name, process }: ServerNode): Promise<boolean> {
    if (!process) return false;
    const until = performance.now() + MAX_LEFT;
    while (await this.accepts(name)) {
      // A child that was killed may take a moment to end.
      if (performance.now() > until) return true;
      await delay(LEFT_PERIOD);
    }
    return false;
  }
}
