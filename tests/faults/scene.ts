/**
 * Where a fault happens: our command as a process, its stats, clients, and a
 * pulse that must not notice.
 */
import { assert, assertEquals } from "@std/assert";
import type { Address } from "../../lib/wire/address.ts";
import { Command, freeAddress, ours } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { assertWhole, Listener, missed, tag } from "../support/listener.ts";
import { Peer } from "../support/peer.ts";
import { socketsOf } from "../support/watched.ts";
import { type Host, host as makeHost, type Link } from "./host.ts";
import { Pulse } from "./pulse.ts";

/** The longest that stats may take to be as expected, in milliseconds. */
const PATIENCE = 60_000;

/** Messages of 250 bytes: more than a hub of 1 MiB and any socket hold together. */
export const FLOOD = 80_000;

/** What is said of clients that take less than they are sent. */
export const SLOW =
  /^zillions: (client \d+ \(\S+\) (lags: it loses messages|was disconnected: it made no progress for too long(; it lost \d+ messages)?)|suppressed \d+ more lines of this kind: (lagging|disconnected))$/;

/** The clients that are there all the time: the pulse's two. */
const PULSE = 2;

/** The server's stats, by name. */
export type Stats = Record<string, number>;

/** How the server is started. */
export interface Setup {
  /** Options of the command. */
  options?: string[];
  /** Words before the command. */
  launcher?: string[];
  /** The command, up to its options. */
  command?: string[];
  /** If it runs on a host of its own: what the second link to it is. */
  link?: Link;
  /** What lines may be on standard error, apart from stats; unless set, none. */
  complaint?: RegExp;
}

/** A server that runs, with a pulse. */
export class Scene implements AsyncDisposable {
  readonly server: Command;
  /** Where clients find the server. */
  readonly address: Address;
  readonly pulse: Pulse;
  /** The host the server runs on, if not this one. */
  readonly host: Host | undefined;
  /** What standard error said, apart from stats. */
  readonly complaints: string[] = [];
  #clients = new AsyncDisposableStack();
  readonly #watching: Promise<void>;
  #next = Promise.withResolvers<Stats>();

  private constructor(
    server: Command,
    address: Address,
    pulse: Pulse,
    host: Host | undefined,
  ) {
    this.server = server;
    this.address = address;
    this.pulse = pulse;
    this.host = host;
    this.#watching = this.#watch();
    this.#watching.catch(() => {}); // in time: disposing awaits it
  }

  static async set(setup: Setup): Promise<Scene> {
    await using stack = new AsyncDisposableStack();
    const host = setup.link && stack.use(await makeHost(setup.link));
    const { port } = freeAddress();
    const server = stack.use(
      await Command.start({ hostname: host ? "0.0.0.0" : "127.0.0.1", port }, [
        ...host?.words ?? [],
        ...setup.launcher ?? [],
        ...setup.command ?? ours("--allow-net"),
        "--stats=0.05",
        ...setup.options ?? [],
      ]),
    );
    const address = { hostname: host?.good ?? "127.0.0.1", port };
    const pulse = await Pulse.start(address);
    const scene = new Scene(server, address, pulse, host);
    stack.move();
    return scene;
  }

  /** All messages, in order. */
  get order(): string[] {
    return this.pulse.order;
  }

  /** How many sockets the server has open, where the system tells. */
  get sockets(): number {
    return Deno.build.os === "linux" ? socketsOf(this.server.pid) : 0;
  }

  /** Keeps a client until all are dismissed. */
  use<T extends Disposable | AsyncDisposable>(client: T): T {
    return this.#clients.use(client);
  }

  /** Closes all clients but the pulse's, and waits until the server has let go of them. */
  async dismiss(sockets: number): Promise<void> {
    await this.#clients.disposeAsync();
    this.#clients = new AsyncDisposableStack();
    await this.until(({ clients }) =>
      clients === PULSE && this.sockets === sockets
    );
  }

  /** A client that keeps reading. */
  async listener(name: string): Promise<Listener> {
    return this.use(await Listener.join(this.address, name));
  }

  /** A client that is connected for sure and reads when told. */
  async peer(name: string): Promise<Peer> {
    return this.use(await Peer.join(this.address, name));
  }

  /** Clients that are connected for sure and have said nothing. */
  async crowd(count: number): Promise<Peer[]> {
    const { clients: before } = await this.until(() => true);
    const peers = await Promise.all(
      Array.from(
        { length: count },
        async () => this.use(await Peer.connect(this.address)),
      ),
    );
    await this.until(({ clients }) => clients === before! + count);
    return peers;
  }

  /** The stats, printed after this call, once they are as `holds` says. */
  async until(holds: (stats: Stats) => boolean): Promise<Stats> {
    await this.pulse.beat();
    const said = this.order.length;
    return await eventually(
      `${holds}`,
      () => this.#next.promise,
      (stats) => stats["messagesIn"]! >= said && holds(stats),
      { patience: PATIENCE, pause: () => Promise.resolve() },
    );
  }

  /** What each of `peers` hears, up to a message that is said now. */
  async catchUp(peers: Peer[]): Promise<string[][]> {
    const caller = await this.listener("caller");
    const catchUp = async (peer: Peer) => {
      const log: string[] = [];
      for (let end = -1; end < 0;) {
        const texts = await peer.hearSome();
        assert(texts, "the connection ended");
        end = texts.indexOf("now");
        log.push(...texts.slice(0, end + 1 || texts.length).map(tag));
      }
      return log;
    };
    const [logs] = await Promise.all([
      Promise.all(peers.map(catchUp)),
      caller.say("now"),
    ]);
    return logs;
  }

  /** Fails unless `log` is a piece of the order with nothing missing. */
  async assertWhole(log: string[], who: string): Promise<void> {
    await this.pulse.beat(); // what anybody has heard, the pulse has too
    assertWhole(log, this.order, who);
  }

  /** How many messages from `name` to the last of `log` are not in `log`; in order, it must be. */
  async missed(log: string[], name: string): Promise<number> {
    await this.pulse.beat();
    return missed(log, this.order, name);
  }

  /** Fails unless the server counts what `log` of `name` lacks; what was heard and lost. */
  async account(log: string[], name: string): Promise<string> {
    const lost = await this.missed(log, name);
    const { dropped } = await this.until(() => true);
    assertEquals(dropped, lost);
    return `${log.length} heard, ${lost} lost, ${dropped} counted as dropped`;
  }

  async #watch(): Promise<void> {
    for (let line; (line = await this.server.logLine()) !== undefined;) {
      const [, counts] = line.match(/^zillions: (clients=.*)/) ?? [];
      if (counts === undefined) {
        this.complaints.push(line);
        continue;
      }
      const pairs = counts.split(" ").map((pair) => pair.split("="));
      const stats = pairs.map(([name, n]) => [name, Number(n)]);
      this.#next.resolve(Object.fromEntries(stats));
      this.#next = Promise.withResolvers();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.kill("SIGCONT");
    await this.#clients.disposeAsync();
    await this.pulse[Symbol.asyncDispose]();
    await this.server[Symbol.asyncDispose]();
    await this.#watching;
    await this.host?.[Symbol.asyncDispose]();
  }
}
