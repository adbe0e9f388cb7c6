import { assert, assertEquals } from "@std/assert";
import {
  CUT_SHORT,
  EAGER,
  LOOK,
  type Task,
  TURN,
  Turns,
} from "../../lib/hub/scheduler.ts";
import { macrotask } from "../support/jitter.ts";

/** A clock that stands still. */
const still = { now: () => 0, wait: () => {} };

/** So many tasks that note their numbers when they are served. */
function noting(count: number): { tasks: Set<Task>; served: number[] } {
  const served: number[] = [];
  const tasks = Array.from(
    { length: count },
    (_, n) => ({ turn: () => served.push(n) }),
  );
  return { tasks: new Set(tasks), served };
}

Deno.test("Turns.push() serves a few at once", async () => {
  const turns = new Turns(still);
  const { tasks, served } = noting(EAGER);
  for (const task of tasks) turns.push(task);
  assertEquals(served.length, EAGER);
  assert(!turns.free);
  await macrotask();
  assert(turns.free);
});

Deno.test("Turns.push() serves the rest in order, a turn at a time", async () => {
  const turns = new Turns(still);
  const { tasks, served } = noting(EAGER + 5 * TURN + 3);
  for (const task of tasks) turns.push(task);
  for (let turn = 0; turn <= 5; turn++) {
    assertEquals(served.length, EAGER + turn * TURN);
    await macrotask();
  }
  assertEquals(served, Array.from(tasks, (_, n) => n));
});

Deno.test("Turns.wake() serves few at once, and many together at the end of the turn", async () => {
  const turns = new Turns(still);
  const few = noting(EAGER);
  turns.wake(few.tasks);
  assertEquals(few.served.length, EAGER);
  await macrotask();

  const many = noting(EAGER + 1);
  turns.wake(many.tasks);
  assertEquals(many.served, []);
  await macrotask();
  assertEquals(many.served.length, EAGER + 1);
});

Deno.test("Turns.wake() lets reads that were cut short go on before many are served", async () => {
  const turns = new Turns(still);
  const { tasks, served } = noting(EAGER + 1);
  const broadcast = (times: number) => {
    for (let n = 0; n < times; n++) turns.wake(new Set());
  };
  turns.wake(tasks);
  broadcast(CUT_SHORT - 1);
  for (let n = 0; n < LOOK; n++) await macrotask();
  assertEquals(served, []);
  broadcast(CUT_SHORT); // more came, and again it may not be all
  for (let n = 0; n < LOOK; n++) await macrotask();
  assertEquals(served, []);
  broadcast(CUT_SHORT - 1);
  for (let n = 0; n < LOOK; n++) await macrotask();
  assertEquals(served.length, EAGER + 1);
});

Deno.test("Turns: those who wait leave the sockets a look, every few milliseconds", async () => {
  let now = 0;
  const turns = new Turns({ ...still, now: () => now });
  const { tasks, served } = noting(10 * TURN);
  turns.wake(tasks);
  await macrotask();
  assertEquals(served.length, TURN);
  now += 5;
  for (let n = 0; n < LOOK; n++) await macrotask();
  assertEquals(served.length, TURN);
  await macrotask();
  assertEquals(served.length, 2 * TURN);
  while (served.length < tasks.size) await macrotask();

  // Whoever comes after a while without turns does not wait for a look.
  now += 1000;
  const more = noting(EAGER + 1);
  turns.wake(more.tasks);
  await macrotask();
  assertEquals(more.served.length, EAGER + 1);
});

Deno.test("Turns.push() lets nobody overtake", async () => {
  const turns = new Turns(still);
  const order: string[] = [];
  for (let n = 0; n < TURN; n++) turns.push({ turn: () => {} });
  turns.push({
    turn: () => {
      order.push("first");
      turns.push({ turn: () => order.push("third") });
    },
  });
  turns.push({ turn: () => order.push("second") });
  assert(!turns.free);
  for (let n = 0; n < 3; n++) await macrotask();
  assertEquals(order, ["first", "second", "third"]);
  assert(turns.free);
});

Deno.test("Turns.hold() holds broadcasters up, and subscribers not, but not forever", async () => {
  const turns = new Turns(still);
  let ended = false;
  const behind = { // comes back each turn, and is always behind
    turn(): void {
      turns.hold();
      if (!ended) queueMicrotask(() => turns.push(behind));
    },
  };
  for (let n = 0; n < TURN; n++) turns.push({ turn: () => {} });
  turns.push(behind);
  await macrotask();
  const order: string[] = [];
  turns.pushBroadcaster({ turn: () => order.push("broadcaster") });
  turns.push({ turn: () => order.push("subscriber") });
  for (let n = 0; n < 10; n++) await macrotask();
  assertEquals(order, ["subscriber"]);
  for (let n = 0; n < 500; n++) await macrotask();
  assertEquals(order, ["subscriber", "broadcaster"]);
  ended = true;
  await macrotask();
});

Deno.test("Turns.press() lets broadcasters go on one by one, each after a while", async () => {
  const waits: (() => void)[] = [];
  const turns = new Turns({ ...still, wait: (task) => waits.push(task) });
  const served: number[] = [];
  const broadcast = (n: number): void => {
    turns.press(n < 5); // each begins a chunk, and from the sixth on all is well
    turns.pushBroadcaster({
      turn: () => {
        served.push(n);
        queueMicrotask(() => broadcast(n + 1));
      },
    });
  };
  turns.press(true);
  for (let n = 0; n < 3; n++) {
    turns.pushBroadcaster({ turn: () => served.push(-n) });
  }
  broadcast(1);
  for (let n = 0; n < 10; n++) await macrotask();
  assertEquals(served, []);
  for (let n = 1; n <= 4; n++) {
    assertEquals(waits.length, n);
    waits.at(-1)!();
    for (let n = 0; n < 10 && waits.length === n; n++) await macrotask();
    for (let n = 0; n < 10; n++) await macrotask();
  }
  assert(served.length >= 4 + 3);
});
