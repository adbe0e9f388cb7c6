/** The timers of this process: those that wait, as long as somebody counts them. */
/** Counts timers that wait. */
export class Timers implements Disposable {
  /** Their numbers. */
  readonly waiting = new Set<number>();
  readonly #setTimeout = globalThis.setTimeout;
  readonly #setInterval = globalThis.setInterval;
  readonly #clearTimeout = globalThis.clearTimeout;
  readonly #clearInterval = globalThis.clearInterval;

  constructor() {
    globalThis.setTimeout = ((done: () => void, after: number) => {
      const timer = this.#setTimeout(() => {
        this.waiting.delete(Number(timer));
        done();
      }, after);
      this.waiting.add(Number(timer));
      return timer;
    }) as typeof setTimeout;
    globalThis.setInterval = ((look: () => void, every: number) => {
      const timer = this.#setInterval(look, every);
      this.waiting.add(Number(timer));
      return timer;
    }) as typeof setInterval;
    globalThis.clearTimeout = globalThis.clearInterval = ((timer?: number) => {
      this.waiting.delete(Number(timer));
      this.#clearTimeout(timer);
    }) as typeof clearTimeout;
  }

  [Symbol.dispose](): void {
    globalThis.setTimeout = this.#setTimeout;
    globalThis.setInterval = this.#setInterval;
    globalThis.clearTimeout = this.#clearTimeout;
    globalThis.clearInterval = this.#clearInterval;
  }
}
