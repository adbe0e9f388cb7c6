import { assert, assertEquals } from "@std/assert";
import { pace } from "../../../lib/stresstest/load/pace.ts";

/** Paces by a clock that `step` microseconds pass on each time it is looked at. */
async function paced(step: number, interval: number, stopAfter = Infinity) {
  let time = 0;
  let looks = 0;
  const dues: [number, number][] = [];
  const idle = await pace({
    count: 10,
    interval,
    now: () => (looks++, time += step),
    onDue: (due) => dues.push([due, time]),
    stopped: () => dues.length >= stopAfter,
    work: () => 0,
  });
  return { dues, idle, looks };
}

Deno.test("pace() makes each message due in time, and none before", async () => {
  const { dues, idle } = await paced(30, 100);
  assertEquals(dues.at(-1)?.[0], 10);
  for (const [due, time] of dues) {
    assert((due - 1) * 100 <= time && time < due * 100);
  }
  assert(idle > 0);
});

Deno.test("pace() makes up for what it was late", async () => {
  const { dues, idle } = await paced(250, 100);
  assertEquals(dues.map(([due]) => due), [3, 6, 8, 10]);
  assertEquals(idle, 0);
});

Deno.test("pace() sleeps when nothing is due for long", async () => {
  const { dues, looks } = await paced(5_000, 10_000);
  assertEquals(dues.length, 10);
  assert(looks < 30); // in turns of the event loop it would be as many as it takes
});

Deno.test("pace() ends when it is stopped", async () => {
  const { dues } = await paced(30, 100, 3);
  assertEquals(dues.length, 3);
});
