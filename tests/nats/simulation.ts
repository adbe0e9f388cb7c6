/**
 * The simulation: several rooms on a model stream, through a schedule of faults, and
 * what must be true afterwards. The clock is faked; nothing happens by itself.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Engine } from "../../lib/nats/engine.ts";
import { MAX_IN_FLIGHT } from "../../lib/nats/window.ts";
import { Order } from "../../lib/stresstest/checks/order.ts";
import { macrotask } from "../support/jitter.ts";
import { FakeRoomClock } from "./fake_room_clock.ts";
import { ModelNode } from "./model_node.ts";
import { ModelStream } from "./model_stream.ts";

/** How many nodes share the room. */
const NODES = 3;

/** The bytes of a message with its length. */
const MESSAGE = 256;

/** Runs of so many messages, 64 KiB, fill the window. */
const MANY = 256;

/** What stands in a message instead of a number. */
const UNNUMBERED = 0xffff_ffff;

const MESSAGES = new Uint8Array(MANY * MESSAGE).fill(0xff);

/** What happens, by name; `n` is an amount. */
const EVENTS = {
  say: 12,
  sayMuch: 1,
  deliver: 8,
  acknowledge: 4,
  acknowledgeReversed: 2,
  loseAnswers: 2,
  refuse: 1,
  cutLost: 2,
  cutArrives: 2,
  mend: 5,
  restart: 1,
  restartEmpty: 1,
  restartShorter: 1,
  trim: 1,
  purge: 1,
  delete: 1,
  foreign: 1,
  pass: 6,
  passLong: 1,
  flush: 2,
} as const;

/** An event's name. */
export type EventName = keyof typeof EVENTS;

const EVENT_NAMES = Object.keys(EVENTS) as EventName[];

/** Events that may lose messages, which must be counted then. */
const LOSSY: ReadonlySet<EventName> = new Set([
  "refuse",
  "restartEmpty",
  "restartShorter",
  "trim",
  "purge",
  "delete",
  "passLong",
]);

/** A step of a schedule: what happens, to which node, and how much of it. */
export interface Step {
  readonly event: EventName;
  readonly node: number;
  readonly amount: number;
}

const anyEvent = fc.oneof(
  ...Object.entries(EVENTS).map(([event, weight]) => ({
    arbitrary: fc.constant(event as EventName),
    weight,
  })),
);

const anyStep: fc.Arbitrary<Step> = fc.record({
  event: anyEvent,
  node: fc.nat(NODES - 1),
  amount: fc.integer({ min: 1, max: 5 }),
});

/** A window gets full, and all kinds of events meet it. */
const whileFull: fc.Arbitrary<Step[]> = fc.record({
  node: fc.nat(NODES - 1),
  events: fc.array(fc.constantFrom(...EVENT_NAMES), {
    minLength: 2,
    maxLength: 2,
  }),
}).map(({ node, events }) =>
  (["sayMuch", ...events] as const).map((event) => ({ event, node, amount: 1 }))
);

/** Schedules. */
export const schedules: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { arbitrary: anyStep.map((step) => [step]), weight: 50 },
    { arbitrary: whileFull, weight: 1 },
  ),
  { minLength: 5, maxLength: 40, size: "max" },
).map((parts) => parts.flat());

/** In which state a node's window is. */
const STATES = ["empty", "in flight", "full", "unread after a cut"] as const;

/** How often each event met each state of a window. */
export class Coverage {
  readonly #counts = new Map<string, number>();

  add(event: EventName, state: string): void {
    const key = `${event} | ${state}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** A line for each event, a column for each state. */
  get table(): string {
    const rows = EVENT_NAMES.map((event) =>
      [event, ...STATES.map((state) => this.#count(event, state))].join("\t")
    );
    return [["event", ...STATES].join("\t"), ...rows].join("\n");
  }

  /** What never met. */
  get missing(): string[] {
    return EVENT_NAMES.flatMap((event) =>
      STATES.filter((state) => this.#count(event, state) === 0)
        .map((state) => `${event} | ${state}`)
    );
  }

  #count(event: string, state: string): number {
    return this.#counts.get(`${event} | ${state}`) ?? 0;
  }
}

/** A fault in the code that the simulation must find. */
export interface Planted {
  /** Puts something wrong between a room and its engine. */
  wrap?: (engine: Engine) => Engine;
  /** Broadcasts a message before the stream did. */
  echoes?: boolean;
}

/** Plays a schedule, and fails unless all rules held. */
export async function play(
  steps: readonly Step[],
  coverage = new Coverage(),
  planted: Planted = {},
): Promise<void> {
  await using simulation = new Simulation(planted);
  await simulation.begin();
  for (const step of steps) {
    coverage.add(step.event, simulation.stateOf(step.node));
    await simulation.step(step);
  }
  await simulation.end(steps.some(({ event }) => LOSSY.has(event)));
}

class Simulation implements AsyncDisposable {
  readonly #clock = new FakeRoomClock();
  readonly #stream = new ModelStream(this.#clock);
  readonly #nodes: ModelNode[];
  readonly #planted: Planted;
  /** How many messages each node's clients have said. */
  readonly #said: number[] = Array(NODES).fill(0);
  /** The same in runs. */
  readonly #runs: number[] = Array(NODES).fill(0);
  /** How many messages each node's clients have got. */
  readonly #messages: number[] = Array(NODES).fill(0);
  /** The numbers of the messages that each node's clients have got. */
  readonly #heard: number[][] = Array.from({ length: NODES }, () => []);
  /** What publishers and flushes wait for. */
  #pending = 0;
  /** Whether the stream has lost nothing that a node had read already. */
  #isOrdered = true;

  constructor(planted: Planted) {
    this.#planted = planted;
    this.#nodes = Array.from(
      { length: NODES },
      () => new ModelNode(this.#stream, this.#clock, planted.wrap),
    );
  }

  async begin(): Promise<void> {
    for (const node of this.#nodes) {
      assertEquals(await node.room.start(), "joined");
    }
    for (let n = 0; n < 3; n++) {
      for (const node of this.#nodes) await node.settle();
    }
  }

  stateOf(n: number): string {
    const { engine, room } = this.#nodes[n]!;
    const { inFlight, engineUp } = room.stats();
    if (inFlight === 0) return "empty";
    if (!engine.isUp || !engineUp) return "unread after a cut";
    return inFlight >= MAX_IN_FLIGHT - 1 ? "full" : "in flight";
  }

  async step({ event, node: n, amount }: Step): Promise<void> {
    const node = this.#nodes[n]!;
    const { engine } = node;
    switch (event) {
      case "say":
        for (let m = 0; m < amount; m++) this.#say(n);
        break;
      case "sayMuch":
        for (let m = 0; m < MAX_IN_FLIGHT; m++) {
          this.#say(n, MANY);
        }
        break;
      case "deliver":
        engine.deliver(amount);
        break;
      case "acknowledge":
        engine.acknowledge(amount);
        break;
      case "acknowledgeReversed":
        engine.acknowledge(amount, true);
        break;
      case "loseAnswers":
        engine.loseAnswers(amount);
        break;
      case "refuse":
        engine.refuse();
        break;
      case "cutLost":
        engine.cut(false);
        break;
      case "cutArrives":
        engine.cut(true);
        break;
      case "mend":
        engine.mend();
        break;
      case "restart":
      case "restartEmpty":
      case "restartShorter":
        for (const { engine } of this.#nodes) engine.cut(false);
        if (event === "restartEmpty") this.#stream.delete();
        if (event === "restartShorter") this.#loseEnd(amount);
        await macrotask();
        for (const { engine } of this.#nodes) engine.mend();
        break;
      case "trim":
        this.#stream.trim(amount);
        break;
      case "purge":
        this.#stream.trim(Infinity);
        break;
      case "delete":
        this.#stream.delete();
        break;
      case "foreign":
        this.#stream.store(Uint8Array.of(90, 1, amount));
        break;
      case "pass":
        this.#clock.pass(amount * 500);
        break;
      case "passLong":
        this.#clock.pass(amount * 60_000);
        break;
      case "flush":
        this.#wait(node.room.flush());
        break;
    }
    await macrotask();
    await this.#listen();
    for (const { room } of this.#nodes) {
      assert(room.stats().inFlight <= MAX_IN_FLIGHT, "too many in flight");
    }
  }

  /** The faults end. Everything must come to rest, and add up. */
  async end(isLossy: boolean): Promise<void> {
    await this.#comeToRest();
    for (let n = 0; n < NODES; n++) this.#say(n); // shows what was missed
    await this.#comeToRest();
    for (const { room } of this.#nodes) this.#wait(room.flush());
    await this.#comeToRest();
    assertEquals(this.#pending, 0, "somebody waits for ever");

    const stats = this.#nodes.map(({ room }) => room.stats());
    const said = this.#said.reduce((sum, said) => sum + said);
    const dropped = stats.reduce((sum, it) => sum + it.droppedWhileHeld, 0);
    const order = new Order(NODES * (Math.max(...this.#runs)), NODES);
    for (const [n, heard] of this.#heard.entries()) {
      const { received, lostInGaps, published, lostInWindow, ...own } =
        stats[n]!;
      assertEquals(new Set(heard).size, heard.length, "a message came twice");
      assertEquals(this.#messages[n], received);
      assertEquals(received + lostInGaps + dropped, said, `node ${n} counts`);
      assertEquals(
        published + lostInWindow + own.droppedWhileHeld,
        this.#said[n],
        `node ${n} counts its own`,
      );
      if (!isLossy) assertEquals(lostInGaps + lostInWindow, 0, "lost");
      for (let m = 1; this.#isOrdered && m < heard.length; m++) {
        order.add(n, heard[m - 1]!, heard[m]!);
      }
    }
    assertEquals(order.cycle(), undefined, "there is no one order");
  }

  /**
   * A power failure. What of the lost end some nodes had read, others can get at
   * another place, sent again: the one order ends there.
   */
  #loseEnd(count: number): void {
    this.#stream.loseEnd(count);
    const { last } = this.#stream.state;
    if (this.#nodes.some(({ engine }) => engine.lastRead > last)) {
      this.#isOrdered = false;
    }
  }

  /** Mends everything, and lets it go on until nothing moves. */
  async #comeToRest(): Promise<void> {
    for (let n = 0, still = 0; n < 200 && still < 6; n++) {
      for (const { engine } of this.#nodes) engine.mend();
      this.#clock.pass(700);
      for (const node of this.#nodes) {
        for (let m = 0; m < 2; m++) {
          node.engine.deliver();
          node.engine.acknowledge();
          await macrotask();
        }
      }
      await this.#listen();
      still = this.#isStill ? still + 1 : 0;
    }
  }

  get #isStill(): boolean {
    return this.#pending === 0 && this.#nodes.every(({ engine, room }) => {
      const { engineUp, inFlight } = room.stats();
      return engineUp && inFlight === 0 && engine.onTheWay === 0;
    });
  }

  /** Clients read what has come. */
  async #listen(): Promise<void> {
    for (const [n, node] of this.#nodes.entries()) {
      for (const bytes of await node.heard()) {
        const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
        for (let at = 1; at < bytes.length; at += MESSAGE) {
          this.#messages[n]!++;
          const number = view.getUint32(at);
          if (number !== UNNUMBERED) this.#heard[n]!.push(number);
        }
      }
    }
  }

  /** A client of node `n` sends a run: a message with a number, and some without. */
  #say(n: number, count = 1): void {
    const bytes = MESSAGES.slice(0, count * MESSAGE);
    const number = this.#runs[n]!++ * NODES + n;
    new DataView(bytes.buffer).setUint32(1, number);
    this.#said[n]! += count;
    const node = this.#nodes[n]!;
    if (this.#planted.echoes) node.hub.broadcast(bytes, count);
    this.#wait(node.room.publish({ bytes, count }));
  }

  #wait(promise: void | Promise<void>): void {
    if (!promise) return;
    this.#pending++;
    promise.then(() => this.#pending--);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const node of this.#nodes) await node[Symbol.asyncDispose]();
  }
}
