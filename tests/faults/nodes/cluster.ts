/** Three nodes on one engine, or on three, and clients that talk across them. */
import { assertEquals } from "@std/assert";
import { formatAddress } from "../../../lib/wire/address.ts";
import { Command, freeAddress, ours } from "../../support/command.ts";
import { eventually } from "../../support/eventually.ts";
import { Conversation } from "./conversation.ts";
import { natsCluster, NatsServer } from "../../nats/nats_server.ts";
import { Proxy } from "./proxy.ts";
import { SmallDisk } from "./small_disk.ts";

const NODES = 3;

/** How many clients talk. */
const TALKERS = 60;

/** How many messages they say in a second, all together. */
const RATE = 600;

/** The room; its stream and its subject. */
export const ROOM = "faults";
export const STREAM = `ZILLIONS_${ROOM}`;
export const SUBJECT = `zillions.${ROOM}`;

/** The longest that stats may take to be as expected, in milliseconds. */
const PATIENCE = 90_000;

/** How often nodes print their stats, in seconds. */
const STATS = 0.1;

/** A node's stats, by name. */
export type NodeStats = Record<string, number>;

/** A line of a node's log. */
export interface NodeEvent extends Record<string, unknown> {
  readonly event: string;
  readonly level: string;
  readonly message: string;
}

/** What is started. */
export interface ClusterSetup {
  /** Options of the nodes. */
  options?: string[];
  /** Three engines instead of one. */
  replicas?: boolean;
  /** The bytes of a disk of the engine's own. */
  disk?: number;
  /** How fast clients talk, in messages a second; 0: not at all. */
  rate?: number;
  random: () => number;
}

/** A node as a process. */
export class Node implements AsyncDisposable {
  readonly command: Command;
  /** All lines of its log but stats. */
  readonly events: NodeEvent[] = [];
  readonly #reading: Promise<void>;
  #next = Promise.withResolvers<NodeStats>();

  private constructor(command: Command) {
    this.command = command;
    this.#reading = this.#read();
    this.#reading.catch(() => {});
  }

  static async start(urls: string[], options: string[]): Promise<Node> {
    return new Node(
      await Command.start(freeAddress(), [
        ...ours("--allow-net"),
        "--json",
        `--stats=${STATS}`,
        `--nats=${urls.join(",")}`,
        `--room=${ROOM}`,
        ...options,
      ]),
    );
  }

  /** Stats that were printed after this call, once they are as `holds` says. */
  async until(holds: (stats: NodeStats) => boolean): Promise<NodeStats> {
    await this.#next.promise; // may have been on its way
    return await eventually(`${holds}`, () => this.#next.promise, holds, {
      patience: PATIENCE,
      pause: () => Promise.resolve(),
    });
  }

  /** Its lines of this kind. */
  linesOf(kind: string): NodeEvent[] {
    return this.events.filter(({ event }) => event === kind);
  }

  /** How much memory it has, in KiB. */
  get memory(): number {
    const status = Deno.readTextFileSync(`/proc/${this.command.pid}/status`);
    return Number(status.match(/VmRSS:\s+(\d+)/)![1]);
  }

  async #read(): Promise<void> {
    for (let line; (line = await this.command.logLine()) !== undefined;) {
      const event = JSON.parse(line);
      if (event.event !== "stats") {
        this.events.push(event);
        continue;
      }
      this.#next.resolve(event);
      this.#next = Promise.withResolvers();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.command.kill("SIGCONT");
    await this.command[Symbol.asyncDispose]();
    await this.#reading.catch(() => {});
  }
}

/** Engines, nodes and talkers. */
export class Cluster implements AsyncDisposable {
  readonly engines: NatsServer[];
  /** Each node's link to the engine. */
  readonly links: Proxy[];
  readonly nodes: Node[];
  readonly conversation: Conversation;
  readonly disk: SmallDisk | undefined;
  readonly #stack: AsyncDisposableStack;

  private constructor(
    parts: Pick<
      Cluster,
      "engines" | "links" | "nodes" | "conversation" | "disk"
    >,
    stack: AsyncDisposableStack,
  ) {
    this.engines = parts.engines;
    this.links = parts.links;
    this.nodes = parts.nodes;
    this.conversation = parts.conversation;
    this.disk = parts.disk;
    this.#stack = stack;
  }

  static async start(setup: ClusterSetup): Promise<Cluster> {
    await using stack = new AsyncDisposableStack();
    const { options = [], replicas = false, rate = RATE, random } = setup;
    const engines = replicas ? await natsCluster() : [new NatsServer()];
    for (const engine of engines) stack.use(engine);
    const disk = setup.disk === undefined
      ? undefined
      : stack.use(new SmallDisk(engines[0]!.folder, setup.disk));
    if (!replicas) await engines[0]!.start();
    const links = replicas ? [] : Array.from(
      { length: NODES },
      () => stack.use(new Proxy(engines[0]!.port)),
    );
    const nodes = await Promise.all(
      Array.from({ length: NODES }, (_, n) =>
        Node.start(
          replicas ? engines.map(({ url }) => url) : [links[n]!.url],
          [...options, ...(replicas ? ["--nats-replicas=3"] : [])],
        )),
    );
    for (const node of nodes) stack.use(node);
    for (const node of nodes) {
      await node.until(({ engineUp }) => engineUp === 1);
    }
    const conversation = stack.use(
      await Conversation.begin(
        nodes.map(({ command }) => command.address),
        TALKERS,
      ),
    );
    if (rate > 0) conversation.talk(rate, random);
    return new Cluster(
      { engines, links, nodes, conversation, disk },
      stack.move(),
    );
  }

  /** The only engine, or the first. */
  get engine(): NatsServer {
    return this.engines[0]!;
  }

  /** The addresses of the nodes, as commands take them. */
  get addresses(): string {
    return this.nodes.map(({ command }) => formatAddress(command.address)).join(
      ",",
    );
  }

  /** Waits until something of the clients is so. */
  async until(holds: () => boolean): Promise<void> {
    await eventually(`${holds}`, holds, (holds) => holds, {
      pause: () => this.talk(1),
    });
  }

  /** Tells the nodes to end; fails unless each that stands does so in order. */
  async end(): Promise<void> {
    const standing = new Set(this.conversation.present.map(({ node }) => node));
    for (const node of standing) this.nodes[node]!.command.kill("SIGTERM");
    for (const node of standing) {
      assertEquals((await this.nodes[node]!.command.end()).code, 0);
    }
  }

  /** Lets all talk for so many milliseconds. */
  async talk(milliseconds: number): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
  }

  /** Resolves, with the milliseconds that took, when clients hear each other again. */
  async flows(): Promise<number> {
    const began = performance.now();
    const { present } = this.conversation;
    const heard = present.map((talker) => talker.heard.length);
    await eventually(
      "messages to flow again",
      () =>
        present.every((talker, n) =>
          talker.isCut || talker.heard.length > heard[n]!
        ),
      (flows) => flows,
      { patience: PATIENCE, pause: () => this.talk(1) },
    );
    return performance.now() - began;
  }

  /** Ends the talking when all have heard each other once more, and judges. */
  async judge(): Promise<void> {
    await this.conversation.hush();
    await this.conversation.hearEachOther();
    this.conversation.judge();
  }

  /**
   * Fails unless each standing node's clients missed exactly as many messages as
   * were counted: dropped by a node that held its clients, or lost in gaps.
   *
   * @returns The most that one node's clients missed.
   */
  async account(): Promise<number> {
    const { present } = this.conversation;
    const standing = [...new Set(present.map(({ node }) => node))];
    const missed = new Map(
      standing.map((node) => [node, this.conversation.missed(node)]),
    );
    let dropped = 0;
    for (const node of standing) {
      dropped += (await this.nodes[node]!.until(() =>
        true
      ))["droppedWhileHeld"]!;
    }
    for (const node of standing) {
      const expected = missed.get(node)! - dropped;
      await this.nodes[node]!.until(({ lostInGaps }) =>
        lostInGaps === expected
      );
    }
    const fromFallen = standing.map((node) =>
      this.conversation.heardFromFallen(node)
    );
    assertEquals(
      new Set(fromFallen).size,
      1,
      `heard of the fallen: ${fromFallen}`,
    );
    return Math.max(...missed.values());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stack.disposeAsync();
  }
}
