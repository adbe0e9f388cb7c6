import { assert, assertEquals } from "@std/assert";
import { Queue } from "../../lib/hub/queue.ts";
import { test } from "../support/test.ts";

test("Queue: first in, first out, however pushes and shifts alternate", () => {
  const queue = new Queue<{ n: number }>();
  let pushed = 0;
  let shifted = 0;
  for (
    const [pushes, shifts] of [[1, 1], [3, 1], [2, 4], [5, 2], [1, 4], [0, 1]]
  ) {
    for (let i = 0; i < pushes!; i++) queue.push({ n: pushed++ });
    for (let i = 0; i < shifts!; i++) {
      assertEquals(queue.first?.n, shifted < pushed ? shifted : undefined);
      const item = queue.shift();
      assertEquals(item?.n, shifted < pushed ? shifted++ : undefined);
    }
    assertEquals(queue.isEmpty, shifted === pushed);
  }
  assert(queue.isEmpty);
  assertEquals(queue.shift(), undefined);
});
