/**
 * A healthy pair of clients that says and hears a message all the time, whatever
 * befalls others. What its listener hears is the one order that the logs of all
 * others are held against.
 */
import { assertEquals } from "@std/assert";
import { delay } from "@std/async/delay";
import type { Address } from "../../lib/wire/address.ts";
import { inTime } from "../support/eventually.ts";
import { Listener } from "../support/listener.ts";

/** The longest that a beat may take, in milliseconds. */
const PATIENCE = 60_000;

/** Milliseconds of rest after each beat. */
const REST = 5;

export class Pulse implements AsyncDisposable {
  readonly #talker: Listener;
  readonly #listener: Listener;
  readonly #beating: Promise<void>;
  /** How long each beat took, in milliseconds. */
  readonly times: number[] = [];
  #begun = 0;
  #awaited: { n: number; resolve: () => void }[] = [];
  #stopped = false;

  private constructor(talker: Listener, listener: Listener) {
    this.#talker = talker;
    this.#listener = listener;
    this.#beating = this.#beat();
    this.#beating.catch(() => {});
  }

  static async start(address: Address): Promise<Pulse> {
    const listener = await Listener.join(address, "listener");
    return new Pulse(await Listener.join(address, "talker"), listener);
  }

  /** The tags of all messages, in the order in which everybody gets them. */
  get order(): string[] {
    return this.#listener.log;
  }

  /** Resolves when its listener hears a message with this tag, from now on. */
  hears(tag: string): Promise<void> {
    return this.#listener.hears(tag);
  }

  /** Resolves after a beat that begins after this call. */
  async beat(): Promise<void> {
    const n = this.#begun;
    const beaten = new Promise<void>((resolve) =>
      this.#awaited.push({ n, resolve })
    );
    // A beat that fails ends the wait.
    await inTime(
      Promise.race([beaten, this.#beating.then(() => beaten)]),
      `beat ${n} of the pulse`,
      { patience: PATIENCE },
    );
  }

  /** Ends it in order; fails unless both heard every beat. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#beating;
    const beats = Array.from({ length: this.#begun }, (_, n) => `pulse ${n}`);
    for (const { peer, log, ended } of [this.#talker, this.#listener]) {
      await peer.hangUp();
      await ended;
      assertEquals(log.filter((tag) => tag.startsWith("pulse ")), beats);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#talker[Symbol.asyncDispose]();
    await this.#listener[Symbol.asyncDispose]();
    await this.#beating.catch(() => {});
  }

  async #beat(): Promise<void> {
    while (!this.#stopped) {
      const text = `pulse ${this.#begun}`;
      const began = performance.now();
      const n = this.#begun++;
      await Promise.all([this.#listener.hears(text), this.#talker.say(text)]);
      this.times.push(performance.now() - began);
      this.#awaited = this.#awaited.filter((awaited) => {
        if (awaited.n <= n) awaited.resolve();
        return awaited.n > n;
      });
      await delay(REST);
    }
  }
}
