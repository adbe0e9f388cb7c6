/**
 * The hub under random schedules: whatever happens in whatever order, what each
 * subscriber receives is what an array of its own would have given it, but for what
 * it lagged too far to keep.
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Hub, MIN_CAPACITY } from "../../lib/hub/hub.ts";
import { FakeClock } from "../support/clock.ts";
import { macrotask, microtasks } from "../support/jitter.ts";
import { contradictions } from "../support/logs.ts";
import { numbered, SHORTEST } from "../support/numbered.ts";
import { holds } from "../support/property.ts";
import { type Broadcasts, soon, Subscriber } from "../support/subscriber.ts";
import { test } from "../support/test.ts";

/** What can happen. `who` is the first of `many` subscribers. */
type Step =
  | { do: "subscribe"; many: number }
  | { do: "broadcast"; sender: number; runs: number; messages: number }
  | {
    do: "receive" | "release" | "close" | "dispose" | "leave";
    who: number;
    many: number;
  }
  | { do: "tick" | "time" | "ready" };

const SENDERS = 3;

/** The hub, its subscribers, and what was broadcast. */
class World implements Broadcasts {
  readonly clock = new FakeClock();
  readonly hub = new Hub({ capacity: MIN_CAPACITY }, this.clock);
  readonly subscribers: Subscriber[] = [];
  /** How many messages each sender sent. */
  readonly sent: number[] = Array(SENDERS).fill(0);
  readonly ends: number[] = [0];
  /** Publishers that wait until the hub is ready. */
  publishers = 0;
  last = 0;
  largest = 0;

  constructor(readonly longest: number) {}

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case "subscribe":
        for (let n = 0; n < step.many; n++) {
          this.subscribers.push(new Subscriber(this));
        }
        break;
      case "broadcast":
        for (let n = 0; n < step.runs; n++) {
          this.#broadcast(step.sender, step.messages);
        }
        break;
      case "ready":
        this.publishers++;
        this.hub.ready().then(() => this.publishers--);
        break;
      case "tick":
        await macrotask();
        break;
      case "time":
        this.clock.pass(1);
        break;
      default:
        for (let n = 0; n < step.many; n++) {
          await this.subscribers[step.who + n]?.[step.do]();
        }
    }
    await microtasks(10);
    for (const subscriber of this.subscribers) {
      subscriber.check(step.do === "broadcast");
    }
  }

  /** Lets everybody receive the rest, and looks at all of it. */
  async finish(): Promise<void> {
    await soon(this.clock, () => !this.subscribers.some(({ waits }) => waits));
    for (const subscriber of this.subscribers) await subscriber.finish();
    await soon(this.clock, () => this.publishers === 0);
    assertEquals(this.hub.subscribers, 0);
    assertEquals(
      contradictions(this.sent, this.subscribers.map(({ log }) => log)),
      [],
    );
  }

  #broadcast(sender: number, messages: number): void {
    const run: number[] = [];
    for (let n = 0; n < messages; n++) {
      const message = this.sent[sender]!++ * SENDERS + sender;
      const bytes = numbered(message, this.longest);
      run.push(...bytes);
      this.ends.push(this.ends.at(-1)! + bytes.length);
      for (const subscriber of this.subscribers) subscriber.expect(message);
    }
    const bytes = Uint8Array.from(run);
    this.hub.broadcast(bytes, messages);
    bytes.fill(0); // it may be reused at once
    this.last = messages;
    this.largest = Math.max(this.largest, run.length);
    assertEquals(this.hub.broadcasts, this.ends.length - 1);
  }
}

const one = fc.constant(1);
const many = fc.oneof(one, one, one, fc.constant(40));
const who = fc.nat(9);

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("broadcast"),
      sender: fc.nat(SENDERS - 1),
      runs: fc.oneof(one, fc.integer({ min: 2, max: 40 })),
      messages: fc.oneof(one, fc.integer({ min: 1, max: 10 })),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({ do: fc.constant("receive"), who, many }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("release"), who, many }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant("subscribe"), many }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom("close", "dispose", "leave"),
      who,
      many: one,
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constantFrom("tick", "time", "ready") }),
  },
);

test("Hub: under any schedule each subscriber receives what an array of its own would give, but for what was dropped", async (t) => {
  await holds(
    t,
    fc.asyncProperty(
      fc.constantFrom(SHORTEST, 12, 64, 256),
      fc.array(step, { maxLength: 80, size: "max" }),
      async (longest, steps) => {
        const world = new World(longest);
        for (const step of steps) await world.step(step);
        await world.finish();
      },
    ),
    400,
  );
});
