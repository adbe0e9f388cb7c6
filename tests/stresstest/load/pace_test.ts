import { assert, assertEquals } from "@std/assert";
import { pace } from "../../../lib/stresstest/load/pace.ts";
import { test } from "../../support/test.ts";

/** Paces by a clock that advances by `step` microseconds with each reading. */
async function paced(step: number, interval: number, stopAfter = Infinity) {
  let time = 0;
  let readings = 0;
  const dues: [number, number][] = [];
  const idle = await pace({
    count: 10,
    interval,
    now: () => (readings++, time += step),
    onDue: (due) => dues.push([due, time]),
    stopped: () => dues.length >= stopAfter,
    work: () => 0,
  });
  return { dues, idle, readings };
}

test("pace() makes each message due in time, and none too early", async () => {
  const { dues, idle } = await paced(30, 100);
  assertEquals(dues.at(-1)?.[0], 10);
  for (const [due, time] of dues) {
    assert((due - 1) * 100 <= time && time < due * 100);
  }
  assert(idle > 0);
});

test("pace() catches up after a delay", async () => {
  const { dues, idle } = await paced(250, 100);
  assertEquals(dues.map(([due]) => due), [3, 6, 8, 10]);
  assertEquals(idle, 0);
});

test("pace() sleeps while nothing is due", async () => {
  const { dues, readings } = await paced(5_000, 10_000);
  assertEquals(dues.length, 10);
  assert(readings < 30); // polling in every tick would be far more
});

test("pace() ends when it is stopped", async () => {
  const { dues } = await paced(30, 100, 3);
  assertEquals(dues.length, 3);
});
