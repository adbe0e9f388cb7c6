import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { DelayHistogram } from "../../lib/server/delay_histogram.ts";
import { DelayObserver } from "../../lib/server/delay_observer.ts";
import { FakeClock } from "../support/clock.ts";
import { test } from "../support/test.ts";

/** Measured delays, and how to broadcast a message that is marked or is not. */
function open() {
  const clock = new FakeClock();
  const hub = new Hub({}, clock);
  const delays = new DelayHistogram(hub, () => clock.now());
  return {
    clock,
    delays,
    broadcast(marked = true) {
      if (marked) clock.pass(100);
      hub.broadcast(Uint8Array.of(0));
    },
  };
}

test("DelayObserver observes each mark once, when the client has been sent it", () => {
  const { clock, delays, broadcast } = open();
  const observer = new DelayObserver(delays);
  broadcast();
  broadcast(false);
  clock.pass(10);
  observer.observe(2); // it has been sent nothing yet
  assertEquals(delays.count, 0);
  observer.observe(1);
  observer.observe(0);
  assertEquals([delays.count, delays.sum], [1, 0.01]);
  broadcast();
  observer.observe(0);
  assertEquals([delays.count, delays.sum], [2, 0.01]);
});

test("DelayObserver keeps its mark when there is a newer one", () => {
  const { delays, broadcast } = open();
  const observer = new DelayObserver(delays);
  broadcast();
  observer.observe(1);
  broadcast();
  observer.observe(1);
  assertEquals([delays.count, delays.sum], [1, 0.1]);
});

test("DelayObserver does not observe what was marked before the client came", () => {
  const { delays, broadcast } = open();
  broadcast();
  const observer = new DelayObserver(delays, delays.mark);
  broadcast(false);
  observer.observe(0);
  assertEquals(delays.count, 0);
  broadcast();
  observer.observe(0);
  assertEquals(delays.count, 1);
});
