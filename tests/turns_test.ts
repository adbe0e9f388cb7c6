import { assert, assertEquals } from "@std/assert";
import { TURN, Turns } from "../lib/turns.ts";
import { macrotask } from "./support/jitter.ts";

Deno.test("Turns.push() serves at once while there are turns", async () => {
  const turns = new Turns();
  let served = 0;
  for (let n = 0; n < TURN; n++) turns.push({ turn: () => served++ });
  assertEquals(served, TURN);
  await macrotask();
});

Deno.test("Turns.push() serves the rest in order, a turn at a time", async () => {
  const turns = new Turns();
  const order: number[] = [];
  const total = 5 * TURN + 3;
  for (let n = 0; n < total; n++) turns.push({ turn: () => order.push(n) });
  for (let turn = 1; turn <= 5; turn++) {
    assertEquals(order.length, turn * TURN);
    await macrotask();
  }
  assertEquals(order, Array.from({ length: total }, (_, n) => n));
});

Deno.test("Turns.push() lets nobody overtake", async () => {
  const turns = new Turns();
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
  const turns = new Turns();
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
