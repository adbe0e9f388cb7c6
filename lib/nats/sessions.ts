/**
 * The sessions of a room, one after another while the link is up.
 *
 * @module
 */
import { EngineRefusedError } from "./engine.ts";
import { Session, type SessionOptions } from "./session.ts";

/** The pauses between two sessions that fail, in milliseconds. */
const [MIN_PAUSE, MAX_PAUSE] = [50, 500] as const;

/** What sessions need. */
export interface SessionsOptions extends SessionOptions {
  readonly signal: AbortSignal;
  readonly onError: (error: unknown) => void;
}

/** One session after another. */
export class Sessions {
  readonly #options: SessionsOptions;
  /** The current session, or the last. */
  #session: Session | undefined;
  /** Resolved while the link is up. */
  #link = Promise.withResolvers<void>();
  #isLinked = false;

  /** The signal ends them. */
  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** Runs sessions; resolves when the last has ended. */
  async run(): Promise<void> {
    this.#options.signal.addEventListener("abort", () => {
      this.#session?.end();
      this.#link.resolve();
    });
    await Promise.all([this.#watchLink(), this.#runSessions()]);
  }

  async #watchLink(): Promise<void> {
    const { engine, signal, availability, onError } = this.#options;
    try {
      for await (const isUp of engine.links()) {
        if (isUp) this.#link.resolve();
        else {
          if (this.#isLinked) this.#link = Promise.withResolvers();
          this.#session?.end();
          availability.wait();
        }
        this.#isLinked = isUp;
        if (signal.aborted) break;
      }
    } catch (error) {
      onError(error);
    }
  }

  async #runSessions(): Promise<void> {
    const { clock, outbox, availability, signal } = this.#options;
    let pause: number = MIN_PAUSE;
    while (!signal.aborted) {
      await this.#link.promise;
      if (signal.aborted) return;
      const session = this.#session = new Session(this.#options);
      try {
        await session.run();
      } catch (error) {
        // Others mean: not now. The next session tries again.
        if (error instanceof EngineRefusedError) availability.refuse(error);
      }
      session.end(); // what still runs of it stops
      outbox.close();
      pause = availability.isUp ? MIN_PAUSE : Math.min(2 * pause, MAX_PAUSE);
      availability.down();
      await clock.delay(pause, signal);
    }
  }
}
