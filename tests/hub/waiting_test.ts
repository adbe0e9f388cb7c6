import { assertEquals } from "@std/assert";
import { Waiting } from "../../lib/hub/waiting.ts";
import { test } from "../support/test.ts";

/** A full set, and its items. */
function waiting(size: number) {
  const items = Array.from({ length: size }, (_, n) => ({ n, slot: 0 }));
  const set = new Waiting<{ n: number; slot: number }>();
  for (const item of items) set.add(item);
  return { set, items };
}

/** Takes all, and says which they were. */
function taken(set: ReturnType<typeof waiting>["set"]): number[] {
  const numbers: number[] = [];
  set.takeAll(({ n }) => numbers.push(n));
  return numbers;
}

test("Waiting.takeAll() takes all items, in order", () => {
  const { set, items } = waiting(3);
  assertEquals(taken(set), [0, 1, 2]);
  assertEquals([set.size, taken(set)], [0, []]);
  set.add(items[1]!);
  set.add(items[0]!);
  assertEquals([set.size, taken(set)], [2, [1, 0]]);
});

test("Waiting.takeAll() takes each item once, also if it is added again meanwhile", () => {
  const { set } = waiting(3);
  const numbers: number[] = [];
  set.takeAll((item) => {
    numbers.push(item.n);
    if (item.n > 0) set.add(item);
  });
  assertEquals([numbers, set.size], [[0, 1, 2], 2]);
  assertEquals(taken(set), [1, 2]);
});

test("Waiting.delete() removes any item once, and no other", () => {
  for (let first = 0; first < 4; first++) {
    for (let second = 0; second < 4; second++) {
      const { set, items } = waiting(4);
      assertEquals(set.delete(items[first]!), true);
      assertEquals(set.delete(items[first]!), false);
      assertEquals(set.delete(items[second]!), first !== second);
      const left = [0, 1, 2, 3].filter((n) => n !== first && n !== second);
      assertEquals(set.size, left.length);
      assertEquals(taken(set).toSorted(), left);
    }
  }
});

test("Waiting.delete() leaves alone what was taken, also when another has its slot", () => {
  const { set, items } = waiting(2);
  set.takeAll(() => {});
  assertEquals([set.delete(items[1]!), set.size], [false, 0]);
  set.add({ n: 7, slot: 0 });
  assertEquals([set.delete(items[0]!), set.size], [false, 1]);
});
