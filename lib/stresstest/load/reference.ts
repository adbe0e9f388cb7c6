/**
 * Reference mode: the traffic of the specification's stress tester. Subscribers
 * make themselves known, publishers send one message at a time and wait for
 * their own subscribers. The rounds open one session for each server they start.
 * Its one rule: the traffic is the reference's to the letter; only what is
 * concluded from it is more, and the waiting is by the tester's own clock.
 *
 * @module
 */
import { encode } from "@zillions/server/frame";
import { isDisconnect } from "@zillions/server/client";
import { ID } from "../checks/reference_bodies.ts";
import { type ReferenceSettings, Repetition } from "./repetition.ts";
import type { Subject } from "../target/server.ts";
import type { RunResult } from "./result.ts";
import { Trial, type Watched } from "./test_run.ts";
import { UsageWatch } from "../target/usage_monitor.ts";

export type { ReferenceSettings };

/** The tick of the specification, in milliseconds. */
export const TICK = 1000;

/** The clock's message: the id that nobody has. */
const CLOCK = encode(new Uint8Array(ID));

/**
 * The clock connection and the ids of one server's repetitions. The clock, like
 * the publishers, never reads: so it is in the reference.
 */
export class Reference implements Disposable {
  readonly #server: Subject;
  readonly #settings: ReferenceSettings;
  readonly #clock: Deno.TcpConn;
  readonly #timer: ReturnType<typeof setInterval>;
  #ticking = false;
  #nextId = 1;
  #onTick = () => {};

  private constructor(
    server: Subject,
    settings: ReferenceSettings,
    clock: Deno.TcpConn,
  ) {
    this.#server = server;
    this.#settings = settings;
    this.#clock = clock;
    this.#timer = setInterval(() => this.#tick(), settings.tick);
  }

  /** Opens the clock connection to `server`. */
  static async open(
    server: Subject,
    settings: ReferenceSettings,
  ): Promise<Reference> {
    return new Reference(
      server,
      settings,
      await Deno.connect(server.address),
    );
  }

  /** Plays one repetition. */
  async repetition(watched: Watched): Promise<RunResult> {
    const { timeout, publishers, subscribers, messages } = this.#settings;
    using usage = UsageWatch.start(this.#server.pid);
    using trial = new Trial(this.#server, { ...watched, timeout });
    const play = new Repetition(trial, this.#settings, this.#nextId);
    this.#nextId += publishers * (subscribers + 1);
    this.#onTick = () => play.tick();
    trial.onBeat = () =>
      watched.onProgress?.(play.sent, publishers * messages, play.received);
    await play.subscribe();
    usage?.mark();
    await play.publish();
    const used = usage?.summary(play.received) ?? null;
    this.#onTick = () => {};
    await trial.finish();
    return play.result(used);
  }

  /** Closes the clock connection. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#clock[Symbol.dispose]();
  }

  async #tick(): Promise<void> {
    this.#onTick();
    if (this.#ticking) return;
    this.#ticking = true;
    try {
      await this.#clock.write(CLOCK);
    } catch (error) {
      // A server that is gone shows in every run; the clock need not say it.
      if (!isDisconnect(error)) throw error;
    }
    this.#ticking = false;
  }
}
