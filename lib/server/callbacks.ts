/**
 * The callbacks of the program that uses a server, called so that no failure of
 * theirs, also none that comes later, reaches a client, the server or the process.
 *
 * @module
 */

/** Calls callbacks, and reports their failures to `onError`. */
export class Callbacks {
  readonly #onError: (error: unknown) => unknown;
  #unreported = 0;

  constructor(onError: (error: unknown) => unknown) {
    this.#onError = onError;
  }

  /** Failures that `onError` did not take, because it failed itself. */
  get unreported(): number {
    return this.#unreported;
  }

  /** Reports a failure to the program. */
  readonly report = (error: unknown): void => {
    Promise.try(this.#onError, error).catch(() => this.#unreported++);
  };

  /** Calls a callback, if there is one. */
  call<T>(callback: ((value: T) => unknown) | undefined, value: T): void {
    if (!callback) return;
    try {
      // A callback that is asynchronous may fail later.
      const result = callback(value);
      if (result) Promise.resolve(result).catch(this.report);
    } catch (error) {
      this.report(error);
    }
  }
}
