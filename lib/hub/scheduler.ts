/**
 * Turns: who goes on, and when. Subscribers that wait for a run and broadcasters
 * that wait to bring the next go on from here. Its one rule: first come, first
 * served, no more than {@linkcode TURN} between two looks at the sockets, and
 * nobody brings more while somebody who keeps taking is behind.
 *
 * With many subscribers the work goes in rounds: what all those who talk have
 * sent is broadcast, then each subscriber takes all of it at once. So a crowd
 * costs one write for each subscriber a round, however much is said in it, and
 * a message waits for two rounds at most.
 *
 * @module
 */

/**
 * How many go on in one turn of the event loop. Deno completes 128 socket
 * operations in one; what is begun beyond that is served by luck, and the
 * unlucky wait for hundreds of milliseconds. Half leaves room for the reads that
 * arrive meanwhile.
 */
export const TURN = 64;

/**
 * How many of those go on at once, in the middle of a turn. Where there are few
 * subscribers each message is passed on as it comes. Where there are more, each
 * better waits for the end of the turn, and takes all that came in it.
 */
export const EAGER = 16;

/**
 * How many of those may be broadcasters: each brings up to 64 KiB, and what one
 * turn brings should be a small part of the log.
 */
const BROADCASTERS = 16;

/**
 * How many turns broadcasters are held up at most, so that subscribers who
 * always have something to catch up with slow them down but never stop them.
 */
const HOLD = 256;

/**
 * How many empty turns make Deno look at the sockets. While there is always
 * something to run, its scheduler asks the system for events every 61 steps only;
 * an empty one takes some microseconds.
 */
export const LOOK = 61;

/**
 * How long we may go on without a look, in milliseconds: so late, at worst, is a
 * quiet client heard while others flood. A look takes a twentieth of that.
 */
const LOOK_AFTER = 4;

/** After as many milliseconds without a turn the event loop must have been idle, and has looked. */
const IDLE = 1;

/**
 * As many broadcasts in one turn say that the reads were cut short: Deno completes
 * 128 operations in one go and puts off the rest until the next look, when it
 * takes the newest first. Were a round of writing to come in between, every time,
 * the oldest would wait for a second.
 */
export const CUT_SHORT = 128;

/**
 * How long broadcasters wait, for each chunk of the log, while a subscriber that
 * reads slowly is about to lose messages, in milliseconds. So slow ones, however
 * many, slow the rest down to 16 MB/s and no further.
 */
const PRESSED = 4;

/** Something that waits for its turn. */
export interface Task {
  /** Called once, when its turn has come. */
  turn(): void;
}

/** Where turns take the time from. */
export interface Clock {
  /** The time, in milliseconds. */
  now(): number;
  /** Does `task` after so many milliseconds. */
  wait(task: () => void, milliseconds: number): void;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  wait: (task, milliseconds) => void setTimeout(task, milliseconds),
};

/** Two queues, of subscribers and of broadcasters, served in turns. */
export class Turns {
  readonly #subscribers = new Queue();
  readonly #broadcasters = new Queue();
  #tickets = 0;
  /** The number of this turn. */
  #turn = 0;
  /** How many can still go on in this turn. */
  #left = TURN;
  /** How many of them can be broadcasters. */
  #broadcastersLeft = BROADCASTERS;
  /** Turns since broadcasters were first held up. */
  #held = 0;
  /** The last turn in which somebody who keeps taking was behind. */
  #behind = -Infinity;
  /** How much was broadcast since the last turn began. */
  #broadcasts = 0;
  #scheduled = false;
  /** Empty turns that are left of a look. */
  #looks = 0;
  /** When the sockets were last looked at, or could have been. */
  #lookedAt = 0;
  /** When the last turn ended. */
  #servedAt = -Infinity;
  /** Somebody who reads was about to lose messages when the last chunk began. */
  #pressed = false;
  /** Broadcasters wait because of it. */
  #pausing = false;
  /** After that they go on one by one, until a chunk begins and nobody is in danger. */
  #careful = false;
  readonly #clock: Clock;

  constructor(clock: Clock = CLOCK) {
    this.#clock = clock;
    this.time = clock.now();
  }

  /** The time when it was last looked at: at the beginning and the end of a turn. */
  time: number;

  /** The number of this turn. */
  get now(): number {
    return this.#turn;
  }

  /** Whether a subscriber that came now would be served now. */
  get free(): boolean {
    return this.#left > TURN - EAGER && this.#subscribers.head === undefined;
  }

  /** Takes a turn now, of those that are {@linkcode free}. */
  take(): void {
    this.#left--;
    this.#schedule();
  }

  /** Serves subscribers for whom something was broadcast, now if they are few. */
  wake(tasks: Set<Task>): void {
    this.#broadcasts++;
    if (tasks.size <= this.#left - (TURN - EAGER)) {
      for (const task of tasks) this.push(task);
    } else {
      for (const task of tasks) this.#enqueue(task);
    }
  }

  /** Serves a subscriber now if there is a turn for it, or else in order. */
  push(task: Task): void {
    if (this.free) {
      this.take();
      task.turn();
    } else {
      this.#enqueue(task);
    }
  }

  /** Serves a broadcaster after those who came before it and those who are behind. */
  pushBroadcaster(task: Task): void {
    if (
      this.free && this.#broadcasters.head === undefined &&
      this.#broadcastersLeft > 0 && this.#behind < this.#turn - 1 &&
      !this.#pressed
    ) {
      this.#broadcastersLeft--;
      this.take();
      task.turn();
    } else {
      this.#broadcasters.push(task, this.#tickets++);
      if (this.#pressed) this.#wait();
      else this.#schedule();
    }
  }

  /** Says, as a chunk of the log begins, whether one who reads is about to lose messages. */
  press(endangered: boolean): void {
    this.#pressed = endangered;
    this.#careful = endangered;
    if (endangered && this.#broadcasters.head) this.#wait();
  }

  /** Says that a subscriber is behind and keeps taking. */
  hold(): void {
    this.#behind = this.#turn;
  }

  #enqueue(task: Task): void {
    this.#subscribers.push(task, this.#tickets++);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.time = this.#clock.now();
    if (this.time - this.#servedAt > IDLE) this.#lookedAt = this.time;
    macrotask(this.#serve);
  }

  readonly #serve = (): void => {
    if (this.#isLook()) {
      macrotask(this.#serve);
      return;
    }
    this.#scheduled = false;
    this.#left = TURN;
    this.#broadcastersLeft = this.#mayBroadcast();
    this.#turn++;
    while (this.#left > 0) {
      const subscriber = this.#subscribers.head;
      const broadcaster = this.#broadcasters.head;
      if (
        broadcaster && this.#broadcastersLeft > 0 &&
        !(subscriber && subscriber.ticket < broadcaster.ticket)
      ) {
        this.#broadcastersLeft--;
        this.#left--;
        this.#broadcasters.shift().turn();
      } else if (subscriber) {
        this.#left--;
        this.#subscribers.shift().turn();
      } else {
        break;
      }
    }
    this.#servedAt = this.time = this.#clock.now();
    if (this.#anyWaits) this.#schedule();
  };

  /** Whether somebody waits who can go on. */
  get #anyWaits(): boolean {
    return this.#subscribers.head !== undefined ||
      this.#broadcasters.head !== undefined && !this.#pressed;
  }

  /** Whether this turn is left to the sockets, though somebody waits. */
  #isLook(): boolean {
    if (this.#looks > 1) {
      this.#looks--;
      return true;
    }
    this.time = this.#clock.now();
    if (this.#looks === 1) this.#lookedAt = this.time;
    const look = this.#anyWaits &&
      (this.#broadcasts >= CUT_SHORT ||
        this.time - this.#lookedAt > LOOK_AFTER);
    this.#looks = look ? LOOK : 0;
    this.#broadcasts = 0;
    return look;
  }

  /** How many broadcasters may go on in this turn. */
  #mayBroadcast(): number {
    if (this.#pressed) return 0;
    if (this.#behind === this.#turn && ++this.#held < HOLD) return 0;
    this.#held = 0;
    return this.#careful ? 1 : BROADCASTERS;
  }

  #wait(): void {
    if (this.#pausing) return;
    this.#pausing = true;
    this.#clock.wait(() => {
      this.#pausing = false;
      this.#pressed = false;
      this.#schedule();
    }, PRESSED);
  }
}

interface Waiting {
  readonly task: Task;
  readonly ticket: number;
}

/** First in, first out; two arrays that take turns never need to shift. */
class Queue {
  #leaving: Waiting[] = [];
  #at = 0;
  #arriving: Waiting[] = [];

  get head(): Waiting | undefined {
    return this.#leaving[this.#at];
  }

  push(task: Task, ticket: number): void {
    const end = this.#leaving.length === 0 ? this.#leaving : this.#arriving;
    end.push({ task, ticket });
  }

  /** Takes the head, which there must be. */
  shift(): Task {
    const { task } = this.#leaving[this.#at++]!;
    if (this.#at === this.#leaving.length) {
      this.#leaving = this.#arriving;
      this.#arriving = [];
      this.#at = 0;
    }
    return task;
  }
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
