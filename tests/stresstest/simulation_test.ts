import { assert, assertEquals } from "@std/assert";
import { fast, generator, simulate, slow } from "./simulation.ts";
import { test } from "../support/test.ts";

const HISTORIES = 10_000;

test("the checker agrees with one that tries every order, on histories from a seed", () => {
  const right = simulate(HISTORIES, 1);
  assert(right > HISTORIES / 5 && right < HISTORIES * 4 / 5, `${right}`);
});

test("the slow checker knows right from wrong", () => {
  const three = { senders: 3, messages: 3 };
  assert(slow({ ...three, logs: [[0, 2], [1, 2], []] }).right);
  for (
    const [logs, verdict] of [
      [[[0, 1], [1, 2], [2, 0]], "one order"],
      [[[0, 1, 0]], "repeated"],
      [[[-1]], "damaged"],
      [[[3]], "conservation"],
    ] as const
  ) {
    const history = { ...three, logs: logs.map((log) => [...log]) };
    assertEquals([...slow(history).verdicts], [verdict]);
    assertEquals([...fast(history, generator(1))], [verdict]);
  }
  const swapped = { senders: 1, messages: 2, logs: [[1, 0]] };
  assertEquals([...slow(swapped).verdicts], ["sender order"]);
});
