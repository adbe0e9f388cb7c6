import { assertEquals } from "@std/assert";
import {
  EventLoop,
  OPERATIONS_PER_TICK,
  POLL_TICKS,
} from "../../lib/hub/event_loop.ts";
import { FakeClock } from "../support/clock.ts";
import { macrotasks } from "../support/jitter.ts";
import { test } from "../support/test.ts";

/** A loop that asks for one tick after another while `busy`. */
function loop() {
  const clock = new FakeClock();
  const state = {
    ticks: 0,
    busy: true,
    loop: undefined as unknown as EventLoop,
  };
  state.loop = new EventLoop({
    onTick() {
      state.ticks++;
      if (state.busy) state.loop.schedule();
    },
    isBusy: () => state.busy,
  }, clock);
  return { clock, state };
}

test("EventLoop has the numbers of the runtime", () => {
  assertEquals([POLL_TICKS, OPERATIONS_PER_TICK], [61, 128]);
});

test("EventLoop.schedule() gives one tick, however often it is called", async () => {
  const { state } = loop();
  state.busy = false;
  for (let n = 0; n < 5; n++) state.loop.schedule();
  assertEquals(state.ticks, 0);
  await macrotasks(3);
  assertEquals([state.ticks, state.loop.tick], [1, 1]);
  state.loop.schedule();
  await macrotasks(3);
  assertEquals([state.ticks, state.loop.tick], [2, 2]);
});

test("EventLoop: polls after more than 2 ms of ticks, then ticks again", async () => {
  const { clock, state } = loop();
  state.loop.schedule();
  await macrotasks(3);
  assertEquals(state.ticks, 3);
  clock.pass(2); // exactly: not yet
  await macrotasks(1);
  assertEquals(state.ticks, 4);
  clock.pass(0.5);
  await macrotasks(POLL_TICKS);
  assertEquals(state.ticks, 4, "the poll leaves the ticks empty");
  await macrotasks(1);
  assertEquals(state.ticks, 5);
  clock.pass(2);
  await macrotasks(1);
  assertEquals(state.ticks, 6, "the poll counts from its end");
  state.busy = false;
  await macrotasks(2);
});

test("EventLoop: polls before the first tick, if that is late", async () => {
  const { clock, state } = loop();
  state.busy = false;
  const { loop: made } = state;
  made.schedule();
  clock.pass(2.5);
  state.busy = true;
  await macrotasks(POLL_TICKS);
  assertEquals(state.ticks, 0);
  await macrotasks(1);
  assertEquals(state.ticks, 1);
  state.busy = false;
  await macrotasks(2);
});

test("EventLoop: a loop without ticks for more than 1/8 ms has polled, in 1/8 ms it may have not", async () => {
  for (const [idle, ticks] of [[1 / 8, 1], [1 / 4, 2]] as const) {
    const { clock, state } = loop();
    state.busy = false;
    state.loop.schedule(); // the last poll is as old as this
    clock.pass(2);
    await macrotasks(1);
    clock.pass(idle);
    state.loop.schedule();
    state.busy = true;
    await macrotasks(1);
    assertEquals(state.ticks, ticks, `${idle} ms`);
    await macrotasks(POLL_TICKS);
    state.busy = false;
    await macrotasks(2);
  }
});

test("EventLoop: the time that writers take after a tick is not idle", async () => {
  for (const [idle, ticks] of [[1 / 8, 1], [1 / 4, 2]] as const) {
    const clock = new FakeClock();
    let works = true;
    const loop = new EventLoop({
      onTick() {
        works = false;
        queueMicrotask(() => clock.pass(5)); // the writers
      },
      isBusy: () => works,
    }, clock);
    loop.schedule();
    await macrotasks(2);
    assertEquals(loop.tick, 1);
    clock.pass(idle);
    works = true;
    loop.schedule();
    await macrotasks(1);
    assertEquals(loop.tick, ticks, `${idle} ms`);
    await macrotasks(POLL_TICKS);
    assertEquals(loop.tick, 2);
  }
});

test("EventLoop: polls when reads were cut short, however often", async () => {
  const { state } = loop();
  const read = (times: number) => {
    for (let n = 0; n < times; n++) state.loop.countRead();
  };
  state.loop.schedule();
  for (const ticks of [1, 2]) {
    read(OPERATIONS_PER_TICK - 1);
    await macrotasks(1);
    assertEquals(state.ticks, ticks, "all reads completed");
  }
  for (let round = 0; round < 2; round++) {
    read(OPERATIONS_PER_TICK);
    await macrotasks(POLL_TICKS);
    assertEquals(state.ticks, 2);
  }
  await macrotasks(1);
  assertEquals(state.ticks, 3);
  state.busy = false;
  await macrotasks(2);
});

test("EventLoop: does not poll where no work waits, nor after it was idle", async () => {
  const { clock, state } = loop();
  state.busy = false;
  for (let n = 0; n < OPERATIONS_PER_TICK; n++) state.loop.countRead();
  state.loop.schedule();
  await macrotasks(1);
  assertEquals(state.ticks, 1, "no work waits");

  state.busy = true;
  clock.pass(1000); // an idle loop has polled
  state.loop.schedule();
  await macrotasks(1);
  assertEquals(state.ticks, 2);
  state.busy = false;
  await macrotasks(2);
});

test("EventLoop.time is the clock's, at the start and at the end of a tick", async () => {
  const clock = new FakeClock();
  clock.pass(7);
  let during = 0;
  const loop = new EventLoop({
    onTick() {
      during = loop.time;
      clock.pass(2);
    },
    isBusy: () => false,
  }, clock);
  assertEquals(loop.time, 7);
  clock.pass(1);
  loop.schedule();
  assertEquals(loop.time, 8);
  clock.pass(1);
  await macrotasks(1);
  assertEquals([during, loop.time], [9, 11]);
});
