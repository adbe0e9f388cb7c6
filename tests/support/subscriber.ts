/**
 * A subscriber of a hub, beside a model that is obviously right: an array of all
 * that was broadcast since it subscribed.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type Channel,
  type Hub,
  MIN_CAPACITY,
  type Run,
} from "../../lib/hub/hub.ts";
import type { FakeClock } from "./clock.ts";
import { macrotask } from "./jitter.ts";
import { numbersIn } from "./numbered.ts";

/** What the hub's documentation says of the chunks that are dropped. */
const CHUNK = MIN_CAPACITY / 8;

/** More ticks than anybody has to wait for. */
const PATIENCE = 1000;

/** What was broadcast on a hub. */
export interface Broadcasts {
  readonly hub: Hub;
  /** The hub's clock. */
  readonly clock: FakeClock;
  /** Where each message ends, in bytes of all that was broadcast; the first is 0. */
  readonly ends: readonly number[];
  /** How many messages the last run was. */
  readonly last: number;
  /** The most bytes that any run was. */
  readonly largest: number;
  /** The most bytes that a message can have. */
  readonly longest: number;
}

/** A subscriber, and the model of what it can receive. */
export class Subscriber {
  /** All that it received. */
  readonly log: number[] = [];
  readonly #broadcasts: Broadcasts;
  readonly #channel: Channel;
  /** The message before which it subscribed. */
  readonly #from: number;
  /** What it may still receive, oldest first. */
  #expected: number[] = [];
  #lost = 0;
  /** What waited when it was left, and is not counted as dropped. */
  #forgotten = 0;
  #left = false;
  /** `channel.dropped` after the last step. */
  #dropped = 0;
  #pending: Promise<void> | undefined;
  /** What receives came to that were not looked at yet. */
  readonly #results: IteratorResult<Run, void>[] = [];
  #ended = false;
  #closed = false;
  /** What it was given and did not give back, and a copy of what that was then. */
  readonly #given: { bytes: Uint8Array; copy: Uint8Array }[] = [];
  /** Whether the last of these can be released. */
  #isReleasable = false;

  constructor(broadcasts: Broadcasts) {
    this.#broadcasts = broadcasts;
    this.#from = broadcasts.hub.broadcasts;
    this.#channel = broadcasts.hub.subscribe();
  }

  /** Whether it waits for what there is. */
  get waits(): boolean {
    return this.#pending !== undefined && this.#channel.lag > 0;
  }

  expect(message: number): void {
    if (!this.#closed) this.#expected.push(message);
  }

  async receive(): Promise<void> {
    if (this.#pending) {
      const refused = this.#channel.next().then(() => "", String);
      assertMatch(await within(refused), /another receive/);
      return;
    }
    this.#isReleasable = false;
    this.#pending = this.#channel.next().then((result) => {
      this.#pending = undefined;
      this.#results.push(result);
    });
  }

  release(): void {
    this.#channel.release();
    this.#channel.release();
    if (this.#isReleasable) this.#given.pop();
    this.#isReleasable = false;
  }

  close(): void {
    this.#channel.close();
    this.#closed = true;
    assert(this.#channel.closed);
  }

  dispose(): void {
    this.#forget();
    this.#channel[Symbol.dispose]();
  }

  async leave(): Promise<void> {
    this.#forget();
    assertEquals(await this.#channel.return(), {
      done: true,
      value: undefined,
    });
  }

  /** What is true after each step. */
  check(broadcast: boolean): void {
    const served = this.#settle();
    const { hub, ends, last, largest } = this.#broadcasts;
    const { received, dropped, lag, closed } = this.#channel;
    const model = this.log.length + this.#lost + this.#expected.length;
    assertEquals(received, this.log.length);
    assertEquals(received + dropped + lag + this.#forgotten, model);
    assert(lag >= 0, "it cannot wait for less than nothing");
    assert(dropped >= this.#dropped, "what is lost is lost");
    assert(dropped >= this.#lost, "more is missing than was dropped");
    if (served && !broadcast) assertEquals(dropped, this.#lost);
    assertEquals(closed, this.#closed);
    if (this.#left) assert(lag === 0 && !this.#pending, "it has left");

    const end = ends.length - 1;
    if (!closed && end > this.#from) {
      const newest = lag >= last || lag === 0 && this.#expected.length === 0;
      assert(newest, "the newest was dropped");
      const waits = ends[end]! - ends[end - lag]!;
      assert(waits <= hub.capacity, "more waits than the hub may hold");
    }
    if (dropped > this.#dropped) {
      // Chunks are dropped as a whole, and the end of one stays empty when the
      // next run does not fit.
      const since = ends[end]! - ends[this.#from + received + dropped]!;
      const least = hub.capacity - CHUNK - 8 * largest;
      assert(since >= least, "it was dropped too early");
    }
    this.#dropped = dropped;
    const given = this.#given.at(-1);
    if (given) assert(same(given.bytes, given.copy), "bytes changed");
  }

  async finish(): Promise<void> {
    this.close();
    while (!this.#ended) {
      if (!this.#pending) await this.receive();
      await soon(this.#broadcasts.clock, () => !this.#pending);
      this.#settle();
    }
    // The rest was lost by a lag after the last that it received.
    this.#lost += this.#expected.length - this.#forgotten;
    assertEquals(this.#channel.dropped, this.#lost);
    assertEquals(this.#channel.lag, 0);
    assert((await within(this.#channel.next())).done, "it has ended");
    // Bytes that were handed out never change, unless they were given back.
    for (const { bytes, copy } of this.#given) {
      assert(same(bytes, copy), "bytes changed later");
    }
  }

  /** Looks at what was received since the last look; whether there was a run. */
  #settle(): boolean {
    let served = false;
    for (const result of this.#results.splice(0)) {
      if (result.done) {
        this.#ended = true;
        assert(this.#closed, "only what is closed ends");
      } else {
        this.#take(result.value);
        served = true;
      }
    }
    return served;
  }

  #take({ bytes, count }: Run): void {
    const run = numbersIn(bytes, this.#broadcasts.longest);
    assertEquals(run.length, count);
    // Oldest first: what stands before the run is lost, the run is whole.
    const lost = this.#expected.indexOf(run[0]!);
    assert(lost >= 0, "it was not expected any more");
    const whole = same(this.#expected.slice(lost, lost + count), run);
    assert(whole, "something is missing inside a run");
    this.#expected = this.#expected.slice(lost + count);
    this.#lost += lost;
    this.log.push(...run);
    this.#given.push({ bytes, copy: bytes.slice() });
    this.#isReleasable = true;
  }

  #forget(): void {
    this.#closed = this.#left = true;
    this.#forgotten += this.#channel.lag;
  }
}

/** Lets ticks and time pass until something is so, which must not take forever. */
export async function soon(
  clock: FakeClock,
  holds: () => boolean,
): Promise<void> {
  for (let n = 0; n < PATIENCE && !holds(); n++) {
    clock.pass(0.1);
    await macrotask();
  }
  assert(holds(), "somebody waits forever");
}

/** What `promise` comes to, before the next tick. */
async function within<T>(promise: Promise<T>): Promise<T> {
  const late = macrotask().then(() => {
    throw new Error("it is not settled at once");
  });
  return await Promise.race([promise, late]);
}

/** Much faster than `assertEquals()`, which would be most of the time. */
function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let at = 0; at < a.length; at++) if (a[at] !== b[at]) return false;
  return a.length === b.length;
}
