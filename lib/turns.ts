/**
 * Turns: who goes on, and when. The hub lets writers (through their channels)
 * and readers go on from here. Its one rule: first come, first served, and no
 * more than {@linkcode TURN} between two looks at the sockets.
 *
 * @module
 */

/**
 * How many go on in one turn of the event loop. Deno completes 128 socket
 * operations in one; what is begun beyond that is served by luck, and the
 * unlucky wait for hundreds of milliseconds. Half is for the writers, so that
 * the reads they cause get the other half.
 */
export const TURN = 64;

/** Something that waits for its turn. */
export interface Task {
  /** Called once, when its turn has come. */
  turn(): void;
}

/** A first-in-first-out queue of tasks, served in turns. */
export class Turns {
  /** Served now, from `#at` on. */
  #serving: Task[] = [];
  #at = 0;
  /** Served after that. Two arrays that take turns never need to shift. */
  #arriving: Task[] = [];
  #left = TURN;
  #scheduled = false;

  /** Whether a task that came now would be served now. */
  get free(): boolean {
    return this.#left > 0 && this.#at === this.#serving.length &&
      this.#arriving.length === 0;
  }

  /** Takes a turn now, of those that are {@linkcode free}. */
  take(): void {
    this.#left--;
    this.#schedule();
  }

  /** Serves `task` now if there is a turn for it, or else in order. */
  push(task: Task): void {
    if (this.free) {
      this.take();
      task.turn();
    } else {
      this.#arriving.push(task);
      this.#schedule();
    }
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    macrotask(this.#serve);
  }

  readonly #serve = (): void => {
    this.#scheduled = false;
    this.#left = TURN;
    while (this.#left > 0) {
      if (this.#at === this.#serving.length) {
        if (this.#arriving.length === 0) return;
        this.#serving = this.#arriving;
        this.#arriving = [];
        this.#at = 0;
      }
      this.#left--;
      this.#serving[this.#at++]!.turn();
    }
    this.#schedule();
  };
}

/**
 * Runs `task` after the event loop has looked at the sockets: `setImmediate`
 * where there is one (Deno, Node, Bun). Browsers have none, and their timers
 * wait for milliseconds; a message to oneself does not.
 */
const macrotask: (task: () => void) => void = (() => {
  const { setImmediate } = globalThis as {
    setImmediate?: (task: () => void) => unknown;
  };
  if (setImmediate) return (task) => void setImmediate(task);
  const { port1, port2 } = new MessageChannel();
  const tasks: (() => void)[] = [];
  port1.onmessage = () => tasks.shift()?.();
  return (task) => {
    tasks.push(task);
    port2.postMessage(undefined);
  };
})();
