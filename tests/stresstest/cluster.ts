/**
 * Nodes in this process that are one system, for the tests of the stress tester: what
 * a client of one node sends, the clients of all nodes receive.
 */
import { frames } from "@zillions/server/framer";
import { formatAddress } from "../../lib/wire/address.ts";
import { writeAll } from "../../lib/wire/write_all.ts";
import { ANY_PORT } from "./servers.ts";

interface Node {
  readonly listener: Deno.TcpListener;
  readonly clients: Set<Deno.TcpConn>;
}

/** Options of a {@linkcode Cluster}. */
export interface ClusterOptions {
  nodes?: number;
  /** The last node swaps every two messages of different senders. */
  swaps?: boolean;
  /** How many messages are broadcast before the last node goes down. */
  lifetime?: number;
  /** Whether the other nodes go down with it. */
  all?: boolean;
}

/** The nodes. */
export class Cluster implements AsyncDisposable {
  readonly #nodes: Node[];
  readonly #options: ClusterOptions;
  readonly #serving: Promise<void>[] = [];
  /** The last write to each client. */
  readonly #written = new Map<Deno.TcpConn, Promise<void>>();
  #held: { frame: Uint8Array; from: Deno.TcpConn } | undefined;
  #count = 0;

  constructor(options: ClusterOptions = {}) {
    this.#options = options;
    this.#nodes = Array.from({ length: options.nodes ?? 2 }, () => ({
      listener: Deno.listen(ANY_PORT),
      clients: new Set(),
    }));
    for (const node of this.#nodes) this.#serving.push(this.#serve(node));
  }

  /** The addresses of the nodes, with commas between. */
  get addresses(): string {
    return this.#nodes.map(({ listener }) => formatAddress(listener.addr))
      .join(",");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#nodes) end(node);
    await Promise.all(this.#serving);
  }

  async #serve(node: Node): Promise<void> {
    for await (const socket of node.listener) {
      socket.setNoDelay(true);
      node.clients.add(socket);
      this.#serving.push(this.#read(node, socket));
    }
  }

  async #read({ clients }: Node, socket: Deno.TcpConn): Promise<void> {
    try {
      for await (const { bytes } of frames(socket)) {
        for (let at = 0; at < bytes.length;) {
          this.#broadcast(bytes.slice(at, at += 1 + bytes[at]!), socket);
        }
      }
    } catch {
      // the client has left, or the node is down
    }
    clients.delete(socket);
    socket[Symbol.dispose]();
    await this.#written.get(socket);
  }

  #broadcast(frame: Uint8Array, from: Deno.TcpConn): void {
    const { swaps, lifetime = Infinity, all } = this.#options;
    if (++this.#count === lifetime) {
      for (const node of all ? this.#nodes : this.#nodes.slice(-1)) end(node);
    }
    for (const node of this.#nodes) {
      const last = node === this.#nodes.at(-1);
      if (swaps && last) this.#sendSwapped(node, frame, from);
      else this.#send(node, frame);
    }
  }

  #sendSwapped(node: Node, frame: Uint8Array, from: Deno.TcpConn): void {
    const held = this.#held;
    this.#held = held ? undefined : { frame, from };
    if (!held) return;
    const both = [held.frame, frame];
    for (const each of held.from === from ? both : both.reverse()) {
      this.#send(node, each);
    }
  }

  #send({ clients }: Node, frame: Uint8Array): void {
    for (const client of clients) {
      const before = this.#written.get(client) ?? Promise.resolve();
      this.#written.set(
        client,
        before.then(() => writeAll(client, frame)).catch(() => {}),
      );
    }
  }
}

function end({ listener, clients }: Node): void {
  listener[Symbol.dispose]();
  for (const client of clients) client[Symbol.dispose]();
}
