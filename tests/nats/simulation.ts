/**
 * The simulation: several rooms on a model stream, through a schedule of faults, and
 * what must be true afterwards. The clock is faked; nothing happens by itself.
 */
import { assert, assertEquals } from "@std/assert";
import type { Engine } from "../../lib/nats/engine.ts";
import { MAX_IN_FLIGHT } from "../../lib/nats/window.ts";
import { Order } from "../../lib/stresstest/checks/order.ts";
import { macrotask } from "../support/jitter.ts";
import { FakeRoomClock } from "./fake_room_clock.ts";
import { Coverage } from "./coverage.ts";
import { MANY, ModelClients } from "./model_clients.ts";
import { ModelNode } from "./model_node.ts";
import { ModelStream } from "./model_stream.ts";
import { LOSSY, NODES, type Step } from "./schedules.ts";

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
  readonly #clients: ModelClients[];
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
    this.#clients = this.#nodes.map((node, n) =>
      new ModelClients(node, (run) => run * NODES + n)
    );
  }

  async begin(): Promise<void> {
    for (const node of this.#nodes) await node.start();
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
        engine.cut("lost");
        break;
      case "cutArrives":
        engine.cut("now");
        break;
      case "cutLate":
        engine.cut("later");
        break;
      case "mend":
        engine.mend();
        break;
      case "restart":
      case "restartEmpty":
      case "restartShorter":
        for (const { engine } of this.#nodes) engine.cut("lost");
        this.#stream.restart();
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
      case "deleteNewest":
        this.#stream.deleteNewest(amount);
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
    const said = this.#clients.reduce((sum, { said }) => sum + said, 0);
    const dropped = stats.reduce((sum, it) => sum + it.droppedWhileHeld, 0);
    const runs = Math.max(...this.#clients.map(({ runs }) => runs));
    const order = new Order(NODES * runs, NODES);
    for (const [n, clients] of this.#clients.entries()) {
      const { heard } = clients;
      const { received, lostInGaps, published, lostInWindow, ...own } =
        stats[n]!;
      assertEquals(new Set(heard).size, heard.length, "a message came twice");
      assertEquals(clients.got, received);
      assertEquals(received + lostInGaps + dropped, said, `node ${n} counts`);
      assertEquals(
        published + lostInWindow + own.droppedWhileHeld,
        clients.said,
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

  #say(n: number, count = 1): void {
    this.#wait(this.#clients[n]!.say(count, this.#planted.echoes ?? false));
  }

  async #listen(): Promise<void> {
    for (const clients of this.#clients) await clients.listen();
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
