/** The way from the stream to the hub. */
import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { MAX_BATCH } from "../../lib/nats/batch.ts";
import { Batcher } from "../../lib/nats/batcher.ts";
import type { Entry } from "../../lib/nats/engine.ts";
import { Inbox } from "../../lib/nats/inbox.ts";
import { encode } from "../../lib/wire/frame.ts";
import { test } from "../support/test.ts";
import { FakeRoomClock } from "./fake_room_clock.ts";

const STREAM = { created: 1, duplicateWindow: 120_000 };

/** A message with its header; 256 of them fill a batch. */
const MESSAGE = encode(new Uint8Array(255));

/** An inbox at the begin of a stream, and what comes of another node. */
function setUp() {
  const hub = new Hub();
  const clock = new FakeRoomClock();
  const inbox = new Inbox(hub, clock, () => {});
  inbox.open({ ...STREAM, first: 1, last: 0, newest: 0 });
  const batcher = new Batcher(1n);
  let seq = 0;
  const entry = (
    { messages = 1, after = seq, ...given }:
      & { messages?: number; after?: number }
      & Partial<Entry>,
  ): Entry => {
    for (let n = 0; n < messages; n++) {
      batcher.add({ bytes: MESSAGE, count: 1 });
    }
    seq = given.seq ?? seq + 1;
    const { bytes } = batcher.take(STREAM.created, after, false);
    return { pending: 0, storedAt: clock.now(), ...given, seq, data: bytes };
  };
  return { hub, clock, inbox, entry };
}

test("Inbox: more than two seconds behind the stream, it does not wait for readers", () => {
  const { hub, clock, inbox, entry } = setUp();
  const throttlesAt = (storedAt: number, pending: number) => {
    inbox.take(entry({ storedAt, pending }));
    return hub.throttles;
  };
  assertEquals(throttlesAt(1000, 0), true); // the engine's clock is a second ahead
  clock.pass(5000);
  assertEquals(throttlesAt(4000, 9), true);
  assertEquals(throttlesAt(3999, 8), false);
  assertEquals(throttlesAt(4000, 7), true);
  assertEquals(throttlesAt(0, 0), true); // nothing is newer: so the clocks differ now
});

test("Inbox: more than 32 MiB behind the stream, it does not wait for readers", () => {
  const { hub, inbox, entry } = setUp();
  const messages = MAX_BATCH / MESSAGE.length;
  const throttlesWith = (pending: number) => {
    inbox.take(entry({ messages, pending }));
    return hub.throttles;
  };
  for (let n = 0; n < 200; n++) throttlesWith(0);
  assertEquals(throttlesWith(520), false);
  assertEquals(throttlesWith(500), true);
});

test("Inbox: a batch that others may have had where entries were missed is missed too, and counted", () => {
  const { inbox, entry } = setUp();
  assertEquals(inbox.take(entry({}))?.counter, 1);
  assertEquals(inbox.take(entry({ seq: 9, after: 7 })), undefined);
  assertEquals(inbox.take(entry({ after: 7 })), undefined);
  assertEquals(inbox.take(entry({ after: 8 }))?.counter, 4);
  const { received, gaps, lostInGaps } = inbox.counts;
  assertEquals([received, gaps, lostInGaps], [2, 1, 2]);
});
