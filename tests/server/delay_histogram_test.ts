import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { SERVER_CLOCK } from "../../lib/server/clock.ts";
import { Connection } from "../../lib/server/connection.ts";
import {
  DELAY_BOUNDS,
  DelayHistogram,
} from "../../lib/server/delay_histogram.ts";
import { encode } from "../../lib/wire/frame.ts";
import { inTime } from "../support/eventually.ts";
import { FakeClock } from "../support/clock.ts";
import { macrotask } from "../support/jitter.ts";
import { FakeSocket } from "../support/socket.ts";
import { test } from "../support/test.ts";

test("DelayHistogram: a slow client is measured by what it was late for", async () => {
  const clock = new FakeClock();
  const hub = new Hub({}, clock);
  const delays = new DelayHistogram(hub, () => clock.now());
  const socket = new FakeSocket();
  const connection = new Connection(socket, hub.subscribe(), {
    publisher: { publish() {} },
    traffic: { messagesIn: 0, bytesIn: 0, messagesOut: 0, bytesOut: 0 },
    clock: SERVER_CLOCK,
    delays: () => delays,
    onLag() {},
    onFinished() {},
    onError() {},
  }, 1);
  const broadcast = async (after: number) => {
    clock.pass(after);
    hub.broadcast(encode("a"));
    await macrotask();
  };
  await broadcast(1000);
  assertEquals([delays.count, delays.sum], [1, 0]);
  socket.stuck = true;
  await broadcast(200);
  const marked = delays.mark!.at;
  await broadcast(200); // while it is late the next broadcast is marked
  assertEquals([marked, delays.mark!.at, delays.count], [1200, 1400, 1]);
  clock.pass(9600);
  socket.unstick();
  await macrotask();
  await macrotask();
  // It took what was marked at 1400 after what was marked at 1200, at 11000.
  assertEquals([delays.count, delays.sum], [2, 9.6]);
  assertEquals(delays.counts.indexOf(1, 1), delays.counts.length - 2);
  connection.close("aborted");
  await inTime(connection.finished, "the connection to end");
});

test("DelayHistogram: a broadcast is marked at most once in 100 ms", async () => {
  const clock = new FakeClock();
  const hub = new Hub({}, clock);
  const delays = new DelayHistogram(hub, () => clock.now());
  const marked = [];
  for (const after of [5, 99, 1, 100]) {
    clock.pass(after);
    hub.broadcast(encode("a"));
    await macrotask();
    marked.push(delays.mark!.at);
  }
  assertEquals(marked, [5, 5, 105, 205]);
});

test("DelayHistogram: a delay is counted at the first bound that it is not above", () => {
  const clock = new FakeClock();
  const delays = new DelayHistogram(new Hub(), () => clock.now());
  const at = clock.now();
  let now = 0;
  for (const [index, bound] of DELAY_BOUNDS.entries()) {
    clock.pass(bound * 1000 - now);
    now = bound * 1000;
    delays.observe({ position: 0, at });
    assertEquals(delays.counts[index], 1);
  }
  clock.pass(1);
  delays.observe({ position: 0, at });
  assertEquals(delays.counts, Array(DELAY_BOUNDS.length + 1).fill(1));
});

test("DELAY_BOUNDS go from half a millisecond to 10 s, in steps of 2 and 2.5", () => {
  assertEquals([DELAY_BOUNDS[0], DELAY_BOUNDS.at(-1)], [0.0005, 10]);
  for (const [index, bound] of DELAY_BOUNDS.slice(1).entries()) {
    const step = Math.round(10 * bound / DELAY_BOUNDS[index]!) / 10;
    assertEquals(step, index % 3 === 1 ? 2.5 : 2, `${bound}`);
  }
});
