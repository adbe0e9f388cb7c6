import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { Connection } from "../../lib/server/connection.ts";
import { DelayHistogram } from "../../lib/server/delay_histogram.ts";
import { encode } from "../../lib/wire/frame.ts";
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
  await connection.finished;
});
