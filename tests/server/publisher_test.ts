import { assert, assertEquals } from "@std/assert";
import { Hub, MIN_CAPACITY } from "../../lib/hub/hub.ts";
import { HubPublisher } from "../../lib/server/publisher.ts";
import { encode, leadingRun } from "../../lib/wire/frame.ts";
import { FakeClock } from "../support/clock.ts";
import { isPending, macrotask } from "../support/jitter.ts";
import { test } from "../support/test.ts";

/** A run of `count` frames of 64 bytes. */
function frames(count: number) {
  const frame = encode(new Uint8Array(63));
  const bytes = new Uint8Array(count * frame.length);
  for (let n = 0; n < count; n++) bytes.set(frame, n * frame.length);
  return leadingRun(bytes);
}

/** Opens so many subscribers that wait; more than 16 are served in ticks. */
function waiting(hub: Hub, count: number) {
  const state = { served: 0 };
  for (let n = 0; n < count; n++) {
    hub.subscribe().next().then(() => state.served++);
  }
  return state;
}

test("HubPublisher.publish() resolves when the subscribers that waited were served", async () => {
  const hub = new Hub();
  const subscribers = waiting(hub, 100);
  const published = new HubPublisher(hub).publish(frames(1));
  assertEquals(hub.broadcasts, 1);
  assert(await isPendingNow(published));
  await published;
  assertEquals(subscribers.served, 100);
});

test("HubPublisher.publish() fills at most a quarter of the capacity at a time", async () => {
  for (const [count, first] of [[16, 16], [17, 16], [32, 16], [64, 16]]) {
    const hub = new Hub({ capacity: MIN_CAPACITY });
    waiting(hub, 100); // so that each part waits for a tick
    const published = new HubPublisher(hub).publish(frames(count!));
    assertEquals(hub.broadcasts, first);
    await published;
    assertEquals(hub.broadcasts, count);
  }
});

test("HubPublisher.publish() leaves out no message at the end of a part, however small", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const full = frames(MIN_CAPACITY / 4 / 64).bytes;
  const bytes = new Uint8Array(full.length + 1); // and an empty message
  bytes.set(full);
  await new HubPublisher(hub).publish(leadingRun(bytes));
  assertEquals(hub.broadcasts, MIN_CAPACITY / 4 / 64 + 1);
});

test("HubPublisher.publish() never cuts a message that is large for the hub", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const channel = hub.subscribe();
  const frame = encode(new Uint8Array(255));
  const bytes = new Uint8Array(15 * 256);
  for (let at = 0; at < bytes.length; at += 256) bytes.set(frame, at);
  const publishing = new HubPublisher(hub).publish(leadingRun(bytes));
  let received = 0;
  while (received < 15) {
    const { value } = await channel.next();
    assertEquals(value!.bytes.length, value!.count * 256);
    received += value!.count;
  }
  await publishing;
  assertEquals(channel.dropped, 0);
});

test("HubPublisher.flush() waits for the parts that are left, of every client, and for nothing else", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const publisher = new HubPublisher(hub);
  waiting(hub, 200);
  await publisher.flush();
  const small = publisher.publish(frames(1));
  assert(!await isPending(publisher.flush()));
  await small;

  const large = [publisher.publish(frames(40)), publisher.publish(frames(50))];
  const flushed = publisher.flush();
  assert(await isPendingNow(flushed));
  await flushed;
  assertEquals(hub.broadcasts, 1 + 40 + 50);
  await Promise.all(large);
  for (let n = 0; n < 3; n++) await macrotask();
});

test("HubPublisher.publish() drops what comes when the hub is closed", async () => {
  const hub = new Hub();
  const publisher = new HubPublisher(hub);
  hub.close();
  await publisher.publish(frames(1));
  assertEquals(hub.broadcasts, 0);
});

test("HubPublisher.publish() brings 15 MiB/s beside a slow reader, however small the hub", async () => {
  for (const capacity of [MIN_CAPACITY, 64 * 1024, 512 * 1024]) {
    const clock = new FakeClock();
    const hub = new Hub({ capacity }, clock);
    const publisher = new HubPublisher(hub);
    const slow = hub.subscribe();
    const run = frames(1024);
    let bytes = 0;
    let isDone = false;
    const publishing = (async () => {
      while (!isDone) {
        await publisher.publish(run);
        bytes += run.bytes.length;
      }
    })();
    for (let tick = 0; clock.now() < 200; tick++) {
      if (tick % 4_000 === 0) await slow.next(); // it takes a run each 40 ms
      clock.pass(0.01);
      await macrotask();
    }
    isDone = true;
    slow[Symbol.dispose]();
    while (await isPending(publishing)) clock.pass(0.01);
    assert(bytes / 0.2 > 16e6, `${bytes} bytes of ${capacity}`);
    // Until the log was full nobody was endangered.
    assert((bytes - capacity) / 0.2 < 17e6, `${bytes} bytes of ${capacity}`);
  }
});

/** Whether a promise is pending after the microtasks, before the next tick. */
async function isPendingNow(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(() => settled = true);
  for (let n = 0; n < 20; n++) await undefined;
  return !settled;
}
