import { assert, assertEquals } from "@std/assert";
import {
  BUDGET,
  type Gate,
  IMMEDIATE,
  Scheduler,
  type Waiter,
} from "../../lib/hub/scheduler.ts";
import { type Slotted, Waiting } from "../../lib/hub/waiting.ts";
import { OPERATIONS_PER_TICK, POLL_TICKS } from "../../lib/hub/event_loop.ts";
import { FakeClock } from "../support/clock.ts";
import { macrotask, macrotasks } from "../support/jitter.ts";
import { test } from "../support/test.ts";

/** Backpressure as the test wants it. */
class FakeGate implements Gate {
  admitted = 16;
  paused = 0;
  state: "ok" | "behind" | "endangered" = "ok";
  admit = () => this.paused > 0 ? 0 : this.admitted;
  level = () => this.state;
  pause = () => this.paused;
}

/** A scheduler for so many open subscribers, and what it has resumed. */
function scheduler(open: number) {
  const gate = new FakeGate();
  const clock = new FakeClock();
  const served: string[] = [];
  const waiter = (name: string, publishes: boolean): Waiter & Slotted => ({
    slot: 0,
    publishes,
    resume: () => void served.push(name),
  });
  const subscribers = (count: number, from = 0) =>
    Array.from({ length: count }, (_, n) => waiter(`s${from + n}`, false));
  const publishers = (count: number, from = 0) =>
    Array.from({ length: count }, (_, n) => waiter(`p${from + n}`, true));
  const made = new Scheduler(gate, { size: open }, clock);
  return { scheduler: made, gate, clock, served, subscribers, publishers };
}

/** Subscribers that wait. */
function waiting(subscribers: (Waiter & Slotted)[]): Waiting<Waiter & Slotted> {
  const waiting = new Waiting<Waiter & Slotted>();
  for (const subscriber of subscribers) waiting.add(subscriber);
  return waiting;
}

function names(letter: string, from: number, to: number): string[] {
  return Array.from({ length: to - from }, (_, n) => `${letter}${from + n}`);
}

test("Scheduler has the numbers that are promised", () => {
  assertEquals([BUDGET, IMMEDIATE], [64, 16]);
});

test("Scheduler.wake() serves at once where few subscribers are open", async () => {
  const { scheduler: s, served, subscribers } = scheduler(IMMEDIATE);
  s.wake(waiting(subscribers(IMMEDIATE)));
  assertEquals(served, names("s", 0, IMMEDIATE));
  s.wake(waiting(subscribers(1, IMMEDIATE)));
  assertEquals(served.length, IMMEDIATE, "the rest waits for the next tick");
  await macrotask();
  assertEquals(served, names("s", 0, IMMEDIATE + 1));
});

test("Scheduler.wake() does not part subscribers: if some have to wait, all do", async () => {
  const { scheduler: s, served, subscribers } = scheduler(IMMEDIATE);
  s.wake(waiting(subscribers(IMMEDIATE - 1)));
  s.wake(waiting(subscribers(2, IMMEDIATE - 1)));
  assertEquals(served.length, IMMEDIATE - 1);
  await macrotask();
  assertEquals(served, names("s", 0, IMMEDIATE + 1));
});

test("Scheduler.wake() serves in the next ticks where many are open, in order, a budget each", async () => {
  const { scheduler: s, served, subscribers } = scheduler(IMMEDIATE + 1);
  const all = subscribers(5 * BUDGET + 3);
  s.wake(waiting(all));
  for (let tick = 0; tick <= 5; tick++) {
    assertEquals(served.length, tick * BUDGET);
    await macrotask();
  }
  assertEquals(served, names("s", 0, all.length));
});

test("Scheduler.spend() allows no more than the budget, and renews it in the next tick", async () => {
  const { scheduler: s } = scheduler(1);
  for (let n = 0; n < IMMEDIATE; n++) assert(s.spend());
  assert(!s.spend());
  await macrotask();
  assert(s.spend());
});

test("Scheduler.spend() lets nobody overtake who is in the queue", async () => {
  const { scheduler: s, subscribers } = scheduler(1);
  s.enqueue(subscribers(1)[0]!);
  assert(!s.spend());
  await macrotask();
  assert(s.spend());
});

test("Scheduler.admit() lets a publisher go on at once where few are open and backpressure allows", () => {
  for (
    const [open, state, admitted, at] of [
      [1, "ok", 16, true],
      [IMMEDIATE + 1, "ok", 16, false],
      [1, "behind", 16, false],
      [1, "endangered", 16, false],
      [1, "ok", 0, false],
    ] as const
  ) {
    const { scheduler: s, gate, served, publishers } = scheduler(open);
    gate.state = state;
    if (admitted === 0) {
      for (const publisher of publishers(IMMEDIATE)) s.admit(publisher);
      served.length = 0; // the budget is spent
    }
    s.admit(publishers(1)[0]!);
    assertEquals(served.length > 0, at, `${open} ${state} ${admitted}`);
  }
});

test("Scheduler.admit() is first come, first served, among publishers and subscribers", async () => {
  const { scheduler: s, served, subscribers, publishers } = scheduler(100);
  s.enqueue(subscribers(1)[0]!);
  s.admit(publishers(1)[0]!);
  s.enqueue(subscribers(1, 1)[0]!);
  s.admit(publishers(1, 1)[0]!);
  await macrotask();
  assertEquals(served, ["s0", "p0", "s1", "p1"]);
});

test("Scheduler: a publisher waits until all before it were served, in however many ticks", async () => {
  const { scheduler: s, served, subscribers, publishers } = scheduler(1000);
  s.wake(waiting(subscribers(BUDGET)));
  s.admit(publishers(1)[0]!);
  await macrotask();
  assertEquals(served.length, BUDGET);
  await macrotask();
  assertEquals(served.at(-1), "p0");
});

test("Scheduler: in a tick go on as many publishers as backpressure admits, oldest first, ever after", async () => {
  const { scheduler: s, gate, served, publishers } = scheduler(100);
  gate.admitted = 2;
  for (const publisher of publishers(5)) s.admit(publisher);
  await macrotask();
  assertEquals(served, ["p0", "p1"]);
  // Publishers that come back do not overtake those that were passed over.
  for (const publisher of publishers(2, 5)) s.admit(publisher);
  await macrotask();
  await macrotask();
  await macrotask();
  assertEquals(served, names("p", 0, 7));
});

test("Scheduler: publishers that are held do not hold up subscribers", async () => {
  const { scheduler: s, gate, served, subscribers, publishers } = scheduler(
    100,
  );
  gate.admitted = 0;
  s.admit(publishers(1)[0]!);
  s.wake(waiting(subscribers(3)));
  await macrotask();
  assertEquals(served, names("s", 0, 3));
  gate.admitted = 1;
  await macrotask();
  assertEquals(served.at(-1), "p0");
});

test("Scheduler: sleeps through a pause of backpressure, with one timer", async () => {
  const { scheduler: s, gate, clock, served, publishers } = scheduler(100);
  gate.paused = 4;
  for (const publisher of publishers(3)) s.admit(publisher);
  for (let n = 0; n < 5; n++) await macrotask();
  s.admit(publishers(1, 3)[0]!);
  for (let n = 0; n < 5; n++) await macrotask();
  assertEquals([served.length, clock.timers], [0, 1]);
  const { tick } = s;
  for (let n = 0; n < 5; n++) await macrotask();
  assertEquals(s.tick, tick, "no tick passes meanwhile");
  gate.paused = 0;
  clock.pass(4);
  await macrotask();
  assertEquals(served, names("p", 0, 4));
  assertEquals(clock.timers, 0);
});

test("Scheduler.admit() lets no more publishers go on in a tick than backpressure admits", async () => {
  const { scheduler: s, gate, served, subscribers, publishers } = scheduler(1);
  gate.admitted = 2;
  s.enqueue(subscribers(1)[0]!);
  await macrotask();
  served.length = 0;
  for (const publisher of publishers(3)) s.admit(publisher);
  assertEquals(served, names("p", 0, 2));
  await macrotask();
  assertEquals(served, names("p", 0, 3));
});

test("Scheduler: while subscribers wait, the sockets are polled every 4 ms", async () => {
  const { scheduler: s, clock, served, subscribers } = scheduler(100);
  s.enqueue(subscribers(1)[0]!);
  clock.pass(5);
  await macrotasks(POLL_TICKS);
  assertEquals(served, []);
  await macrotask();
  assertEquals(served, ["s0"]);
});

test("Scheduler: while publishers wait for the next tick, the sockets are polled every 4 ms", async () => {
  const { scheduler: s, gate, clock, served, publishers } = scheduler(100);
  gate.admitted = 0;
  s.admit(publishers(1)[0]!);
  await macrotask();
  gate.admitted = 1;
  clock.pass(5);
  await macrotasks(POLL_TICKS);
  assertEquals(served, []);
  await macrotask();
  assertEquals(served, ["p0"]);
});

test("Scheduler: polls the sockets after as many broadcasts as reads complete in a tick", async () => {
  const { scheduler: s, served, subscribers } = scheduler(100);
  s.enqueue(subscribers(1)[0]!);
  for (let n = 0; n < OPERATIONS_PER_TICK; n++) s.wake(waiting([]));
  await macrotasks(POLL_TICKS);
  assertEquals(served, []);
  await macrotask();
  assertEquals(served, ["s0"]);
});

test("Scheduler: where nobody waits there is one more tick, not for a poll, and then none", async () => {
  const { scheduler: s, clock } = scheduler(1);
  s.spend();
  clock.pass(5);
  await macrotask();
  assertEquals(s.tick, 1);
  await macrotasks(3);
  assertEquals(s.tick, 1);
});
