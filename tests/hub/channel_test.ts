import { assertEquals } from "@std/assert";
import { Backpressure } from "../../lib/hub/backpressure.ts";
import { Channel } from "../../lib/hub/channel.ts";
import type { HubState, Subscriber } from "../../lib/hub/hub_state.ts";
import { Log } from "../../lib/hub/log.ts";
import { Scheduler } from "../../lib/hub/scheduler.ts";
import { Waiting } from "../../lib/hub/waiting.ts";
import { FakeClock } from "../support/clock.ts";
import { inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";

/** The state of a hub. */
function hubState(): HubState {
  const log = new Log(4096);
  const open = new Set<Subscriber>();
  const backpressure = new Backpressure(log, open);
  const scheduler = new Scheduler(backpressure, open, new FakeClock());
  return { log, backpressure, scheduler, waiting: new Waiting(), open };
}

test("Channel: one that is closed or left leaves nothing in the hub", async () => {
  for (const end of ["close", "return", Symbol.dispose] as const) {
    const hub = hubState();
    const channel = new Channel(hub);
    const next = channel.next();
    assertEquals([hub.open.size, hub.waiting.size], [1, 1]);
    channel[end]();
    assertEquals([hub.open.size, hub.waiting.size], [0, 0]);
    assertEquals((await inTime(next, "the end")).done, true);
  }
});
