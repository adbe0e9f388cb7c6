/**
 * A client that keeps reading and keeps what it heard. Messages are known by
 * their tags: what stands before the dots that fill them up.
 */
import { assert, assertEquals } from "@std/assert";
import type { Address } from "../../lib/wire/address.ts";
import { inTime } from "./eventually.ts";
import { Peer } from "./peer.ts";

/** How long messages are that are to be many bytes. */
const LENGTH = 250;

/** The longest that a message may take, those of `deno task faults` too, in milliseconds. */
const PATIENCE = 300_000;

/** How many messages are said in one piece. */
const BATCH = 200;

/** What names a message. */
export function tag(text: string): string {
  const dots = text.indexOf(".");
  return dots < 0 ? text : text.slice(0, dots);
}

/** A client that keeps reading. */
export class Listener implements AsyncDisposable {
  readonly peer: Peer;
  readonly name: string;
  /** The tags of all it heard after its own name. */
  readonly log: string[] = [];
  /** Resolves when the connection has ended in order; else rejects. */
  readonly ended: Promise<void>;
  readonly #awaited = new Map<string, PromiseWithResolvers<void>>();
  #said = 0;

  /** From now on, `peer` keeps reading. */
  constructor(peer: Peer, name: string) {
    this.peer = peer;
    this.name = name;
    this.ended = this.#listen();
    // The error reaches those that await it; nobody has to.
    this.ended.catch(() => {});
  }

  /** One that is connected for sure. */
  static async join(address: Address, name: string): Promise<Listener> {
    return new Listener(await Peer.join(address, name), name);
  }

  /** Resolves when a message with this tag is heard, from now on. */
  hears(tag: string): Promise<void> {
    const awaited = this.#awaited.get(tag) ?? Promise.withResolvers<void>();
    this.#awaited.set(tag, awaited);
    const heard = inTime(awaited.promise, `${this.name} to hear ${tag}`, {
      patience: PATIENCE,
      seen: () => this.log.slice(-3),
    });
    heard.catch(() => {}); // as above
    return heard;
  }

  /** Says something and waits until it is back. */
  async say(text: string): Promise<void> {
    const heard = this.hears(tag(text));
    await this.peer.say(text);
    await heard;
  }

  /**
   * Says `count` messages of 250 bytes, told apart by numbers: a batch whenever
   * the last one is back, so that nobody who keeps reading falls behind.
   */
  async talk(count: number): Promise<void> {
    const end = this.#said + count;
    while (this.#said < end) {
      const texts = [];
      for (let n = 0; n < BATCH && this.#said < end; n++) {
        texts.push(`${this.name} ${this.#said++}:`.padEnd(LENGTH, "."));
      }
      const heard = this.hears(tag(texts.at(-1)!));
      await this.peer.say(...texts);
      await heard;
    }
  }

  async #listen(): Promise<void> {
    let failure: Error | undefined;
    try {
      for (let texts; (texts = await this.peer.hearSome(Infinity));) {
        for (const text of texts.map(tag)) {
          this.log.push(text);
          this.#awaited.get(text)?.resolve();
          this.#awaited.delete(text);
        }
      }
    } catch (error) {
      failure = error as Error;
      throw error;
    } finally {
      for (const [tag, { reject }] of this.#awaited) {
        reject(
          new Error(`${this.name} never heard ${tag}`, { cause: failure }),
        );
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.peer[Symbol.dispose]();
    await this.ended.catch(() => {});
  }
}

/** Fails unless `log` is a piece of `order` with nothing missing. */
export function assertWhole(log: string[], order: string[], who: string): void {
  const start = order.indexOf(log[0]!);
  const wrong = log.findIndex((text, n) => text !== order[start + n]);
  assert(
    wrong < 0,
    `${who} heard "${log[wrong]}" instead of "${order[start + wrong]}"`,
  );
}

/** Fails unless all of `count` messages that `name` said are in `log`, once, in order. */
export function assertHeard(log: string[], name: string, count: number): void {
  const heard = log.filter((text) => text.startsWith(`${name} `));
  const said = Array.from({ length: count }, (_, n) => `${name} ${n}:`);
  assertWhole(heard, said, name);
  assertEquals(heard.length, count, `messages of ${name}`);
}

/**
 * How many of the messages between `name` and the last of `log` are not in
 * `log`. Fails unless `log` stands in the order of `order`.
 */
export function missed(log: string[], order: string[], name: string): number {
  const from = order.indexOf(name);
  let at = from;
  for (const text of log) {
    const next = order.indexOf(text, at + 1);
    assert(next > at, `${name} heard "${text}" after "${order[at]}"`);
    at = next;
  }
  return at - from - log.length;
}
