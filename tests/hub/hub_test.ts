import { Buffer } from "node:buffer";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { delay } from "@std/async/delay";
import {
  type Channel,
  Hub,
  MAX_CAPACITY,
  MIN_CAPACITY,
  type Run,
} from "../../lib/hub/hub.ts";
import { MAX_HELD_TICKS } from "../../lib/hub/backpressure.ts";
import { CLOCK, POLL_TICKS } from "../../lib/hub/event_loop.ts";
import { BUDGET } from "../../lib/hub/scheduler.ts";
import { FakeClock } from "../support/clock.ts";
import { run } from "../support/command.ts";
import { isPending, macrotask } from "../support/jitter.ts";
import { test } from "../support/test.ts";

/** Bytes of a test message: its number, four bytes, and 36 more. */
const MESSAGE = 40;

/** Broadcasts messages with the next numbers, in runs of `count`. */
function broadcast(hub: Hub, messages: number, count = 1): void {
  for (let left = messages; left > 0; left -= count) {
    const size = Math.min(count, left);
    const view = new DataView(new ArrayBuffer(size * MESSAGE));
    for (let i = 0; i < size; i++) {
      view.setUint32(i * MESSAGE, hub.broadcasts + i);
    }
    hub.broadcast(new Uint8Array(view.buffer), size);
  }
}

/** The numbers of the messages in a run. */
function numbers({ bytes, count }: Run): number[] {
  assertEquals(bytes.length, count * MESSAGE);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: count }, (_, i) => view.getUint32(i * MESSAGE));
}

/** All that waits in a channel that is closed. */
async function rest(channel: Channel): Promise<number[]> {
  const all = [];
  for await (const run of channel) all.push(...numbers(run));
  return all;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from }, (_, i) => from + i);
}

test("Hub.broadcast() reaches every subscriber, in order", async () => {
  const hub = new Hub();
  const channels = Array.from({ length: 200 }, () => hub.subscribe());
  broadcast(hub, 500, 7);
  for (const channel of channels) channel.close();
  for (const channel of channels) {
    assertEquals(await rest(channel), range(0, 500));
    assertEquals(channel.dropped, 0);
  }
});

test("Hub.broadcast() wakes those that wait, tick by tick, all of them", async () => {
  const hub = new Hub();
  const channels = Array.from({ length: 3 * BUDGET }, () => hub.subscribe());
  let woken = 0;
  const waiting = channels.map((channel) =>
    channel.next().then((result) => {
      woken++;
      return result;
    })
  );
  broadcast(hub, 1);
  for (let before = 0; woken < channels.length; before = woken) {
    await macrotask();
    assert(woken - before <= BUDGET);
  }
  for (const { value } of await Promise.all(waiting)) {
    assertEquals(numbers(value!), [0]);
  }
});

test("Hub.broadcast() copies: the caller may reuse its bytes", async () => {
  const hub = new Hub();
  using channel = hub.subscribe();
  const bytes = new Uint8Array([1, 2, 3]);
  hub.broadcast(bytes);
  bytes.fill(0);
  assertEquals((await channel.next()).value?.bytes, new Uint8Array([1, 2, 3]));
});

test("Hub.broadcast() refuses what it cannot keep", () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const one = new Uint8Array(1);
  assertThrows(() => hub.broadcast(new Uint8Array(0)), RangeError, "0 bytes");
  assertThrows(
    () => hub.broadcast(new Uint8Array(MIN_CAPACITY + 1)),
    RangeError,
    "4097 bytes",
  );
  for (const count of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => hub.broadcast(one, count), RangeError, `${count} mess`);
  }
  assertEquals(hub.broadcasts, 0);
  hub.broadcast(new Uint8Array(MIN_CAPACITY));
});

test("Hub.broadcast() takes bytes and nothing else, also from JavaScript", () => {
  const hub = new Hub();
  const { broadcast } = hub as unknown as { broadcast(it: unknown): void };
  const wrong: [unknown, string][] = [
    ["hello", "a string"],
    [5, "a number"],
    [null, "null"],
    [undefined, "undefined"],
    [["a"], "an Array"],
    [new Uint16Array(2), "a Uint16Array"],
    [new Int8Array(2), "an Int8Array"],
    [new ArrayBuffer(2), "an ArrayBuffer"],
    [Object.create(null), "an object"],
    [{ length: 2, [Symbol.toStringTag]: "Uint8Array" }, "an Object"],
  ];
  for (const [given, name] of wrong) {
    const error = assertThrows(() => broadcast.call(hub, given), TypeError);
    assertEquals(
      error.message,
      `Cannot broadcast ${name}: the hub takes a Uint8Array`,
    );
  }
  assertEquals(hub.broadcasts, 0);
  hub.broadcast(Buffer.from("a Uint8Array, too"));
  assertEquals(hub.broadcasts, 1);
});

test("Hub.close() ends every channel after what was broadcast, and takes nothing more", async () => {
  const hub = new Hub();
  const [behind, waiting, never] = [1, 2, 3].map(() => hub.subscribe());
  hub.broadcast(new Uint8Array([1]));
  await waiting!.next();
  const waits = waiting!.next();
  {
    using open = hub;
    assert(!open.closed);
  }
  assert(hub.closed);
  hub.close();
  assertEquals((await waits).done, true);
  const runs = await Array.fromAsync(behind!);
  assertEquals(runs.map(({ bytes }) => [...bytes]), [[1]]);
  assertEquals([never!.closed, never!.lag, hub.subscribers], [true, 1, 0]);
  assertThrows(() => hub.broadcast(new Uint8Array(1)), Error, "is closed");
  assertThrows(() => hub.subscribe(), Error, "Cannot subscribe: the hub is");
  await hub.ready();
});

test("Hub() refuses a capacity out of bounds and says which", () => {
  for (
    const capacity of [MIN_CAPACITY - 1, MAX_CAPACITY + 1, 5000.5, NaN, -1]
  ) {
    assertThrows(() => new Hub({ capacity }), RangeError, `${capacity}`);
  }
});

test("Hub() has the bounds that are promised", () => {
  assertEquals([MIN_CAPACITY, MAX_CAPACITY], [4096, 1024 ** 3]);
  assertEquals(new Hub().capacity, 16 * 1024 ** 2);
  for (const capacity of [MIN_CAPACITY, MAX_CAPACITY]) {
    assertEquals(new Hub({ capacity }).capacity, capacity);
  }
});

test("Hub.onBroadcast is called at the end of each broadcast", () => {
  const hub = new Hub();
  const seen: number[] = [];
  hub.onBroadcast = () => void seen.push(hub.broadcasts);
  broadcast(hub, 2);
  assertEquals(seen, [1, 2]);
});

test("Hub.subscribe() receives nothing from before", async () => {
  const hub = new Hub();
  broadcast(hub, 3);
  using channel = hub.subscribe();
  assertEquals(channel.lag, 0);
  broadcast(hub, 1);
  assertEquals(numbers((await channel.next()).value!), [3]);
});

test("Hub.subscribers counts the open channels", async () => {
  const hub = new Hub();
  const a = hub.subscribe();
  const b = hub.subscribe();
  {
    using _c = hub.subscribe();
    assertEquals(hub.subscribers, 3);
  }
  a.close();
  assertEquals(hub.subscribers, 1);
  await b.return();
  assertEquals(hub.subscribers, 0);
});

test("Hub.ready() waits for those that waited, not for those that do not take", async () => {
  const hub = new Hub();
  const channels = Array.from({ length: 2 * BUDGET }, () => hub.subscribe());
  using _stuck = hub.subscribe();
  let offered = 0;
  for (const channel of channels) channel.next().then(() => offered++);
  broadcast(hub, 1);
  await hub.ready();
  assertEquals(offered, 2 * BUDGET);
});

test("Hub.ready() paces many who broadcast much: who keeps taking loses nothing", async () => {
  for (const [broadcasters, subscribers] of [[300, 8], [8, 300], [200, 200]]) {
    const hub = new Hub({ capacity: 1024 * 1024 });
    const channels = Array.from(
      { length: subscribers! },
      () => hub.subscribe(),
    );
    const receiving = channels.map((channel) => Array.fromAsync(channel));
    await Promise.all(Array.from({ length: broadcasters! }, async () => {
      for (let n = 0; n < 10; n++) {
        await hub.ready();
        broadcast(hub, 400, 400);
      }
    }));
    for (const channel of channels) channel.close();
    await Promise.all(receiving);
    assert(hub.broadcasts * MESSAGE > hub.capacity);
    assertEquals(channels.map(({ dropped }) => dropped), channels.map(() => 0));
  }
});

test("Hub.ready() waits 256 ticks at most, whatever slow, stuck and lagging subscribers do", async () => {
  const clock = new FakeClock();
  const hub = new Hub({ capacity: 1024 * 1024 }, clock);
  using _stuck = hub.subscribe();
  const channels = [0, 1, 3].map(() => hub.subscribe());
  const taking = channels.map(async (channel, pause) => {
    // The first takes more at once and never catches up; the others are slower.
    for await (const _ of channel) {
      for (let n = 0; n < pause; n++) await macrotask();
    }
  });
  let longest = 0;
  for (let n = 0; n < 100; n++) {
    for (let i = 0; i < 4; i++) broadcast(hub, 1600, 1600);
    let isReady = false;
    hub.ready().then(() => isReady = true);
    let waited = 0;
    for (; !isReady && waited <= 2 * MAX_HELD_TICKS; waited++) {
      clock.pass(0.1);
      await macrotask();
    }
    longest = Math.max(longest, waited);
  }
  // A pause of 4 ms is 40 ticks of this clock, and a poll 61.
  assert(longest <= MAX_HELD_TICKS + 40 + POLL_TICKS, `${longest} ticks`);
  for (const channel of channels) channel[Symbol.dispose]();
  await Promise.all(taking);
});

test("Hub.ready() is held up by a thousand slow ones within bounds", async () => {
  let pause: Promise<void> | undefined;
  const hub = new Hub({ capacity: 1024 * 1024 }, {
    now: CLOCK.now,
    setTimeout: (task, wait) => void (pause = delay(wait).then(task)),
  });
  const slow = Array.from({ length: 1000 }, () => hub.subscribe());
  const fast = hub.subscribe();
  const receiving = (async () => {
    for await (const _ of fast);
  })();
  let ended = false;
  const taking = (async () => {
    for (let tick = 0; !ended; tick++) { // each takes in every 200th tick
      for (let n = tick % 200; n < slow.length; n += 200) {
        if (slow[n]!.lag > 0) slow[n]!.next();
      }
      await macrotask();
    }
  })();
  // Each waits for one pause at most, whatever the slow ones take.
  for (let n = 0; n < 100; n++) {
    broadcast(hub, 1600, 1600);
    await hub.ready();
  }
  ended = true;
  await taking;
  fast.close();
  await receiving;
  assertEquals(fast.dropped, 0);
  for (const channel of slow) channel[Symbol.dispose]();
  await pause;
});

test("Hub.throttles says whether publishers slow down for a slow reader", async () => {
  for (const throttles of [true, false]) {
    const hub = new Hub({ capacity: 1024 * 1024 }, new FakeClock());
    assertEquals(hub.throttles, true);
    hub.throttles = throttles;
    assertEquals(hub.throttles, throttles);
    using slow = hub.subscribe();
    broadcast(hub, 1);
    await slow.next();
    for (let n = 0; n < 20; n++) broadcast(hub, 1600, 1600);
    assert(slow.dropped > 0);
    assertEquals(await isPending(hub.ready()), throttles);
  }
});

test("Hub.ready() slows publishers down to a reader that takes 20 MiB/s, and not to one that is stuck", async () => {
  const clock = new FakeClock();
  const hub = new Hub({ capacity: 1024 * 1024 }, clock);
  using stuck = hub.subscribe();
  const slow = hub.subscribe();
  broadcast(hub, 1);
  await slow.next(); // it is active
  let isDone = false;
  const publishing = (async () => {
    for (let n = 0; n < 100; n++) {
      broadcast(hub, 1600, 1600);
      await hub.ready();
    }
    isDone = true;
  })();
  while (!isDone) {
    clock.pass(1);
    await macrotask();
    if (clock.now() % 3 === 0 && slow.lag > 0) await slow.next();
  }
  await publishing;
  assertEquals(slow.dropped, 0);
  assert(stuck.dropped > 0);
  slow[Symbol.dispose]();
});

test("Channel.dropped is exact while lagging, catching up and lagging again", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const channel = hub.subscribe();
  let received = 0;
  let broadcasts = 0;
  const check = () => {
    assertEquals(channel.received, received);
    assertEquals(received + channel.dropped + channel.lag, broadcasts);
  };
  for (const messages of [10, 1000, 3, 1000, 1, 500]) {
    broadcast(hub, messages);
    broadcasts += messages;
    check();
    let last = -1;
    while (channel.lag > 0) {
      const got = numbers((await channel.next()).value!);
      assert(got[0]! > last);
      last = got.at(-1)!;
      received += got.length;
      check();
    }
    assertEquals(last, broadcasts - 1, "the newest arrives");
  }
  assert(channel.dropped > 2000);
});

test("Channel.droppedBefore is what is missing before a run, whatever is dropped after it", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const channel = hub.subscribe();
  const later = [];
  for (let received = 0; received < 500;) {
    const next = channel.next();
    broadcast(hub, 1000); // of the first time, the first is handed out at once
    const run = numbers((await next).value!);
    assertEquals(channel.droppedBefore, run[0]! - received);
    later.push(channel.dropped - channel.droppedBefore);
    received += run.length;
  }
  assert(later[0]! > 0);
});

test("Channel.next() waits while there is nothing", async () => {
  const hub = new Hub();
  using channel = hub.subscribe();
  const next = channel.next();
  assert(await isPending(next));
  broadcast(hub, 1);
  assertEquals(numbers((await next).value!), [0]);
});

test("Channel.next() refuses a second receiver", async () => {
  using channel = new Hub().subscribe();
  const first = channel.next();
  await assertRejects(() => channel.next(), Error, "another receive");
  channel.close();
  assertEquals(await first, { done: true, value: undefined });
});

test("Channel.close() lets what waits be received, then ends", async () => {
  const hub = new Hub();
  const channel = hub.subscribe();
  broadcast(hub, 3);
  channel.close();
  channel.close();
  assert(channel.closed);
  broadcast(hub, 3);
  assertEquals(channel.lag, 3);
  assertEquals(await rest(channel), [0, 1, 2]);
  assertEquals(await channel.next(), { done: true, value: undefined });
});

test("Channel.close() ends a channel whose rest is dropped", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const channel = hub.subscribe();
  broadcast(hub, 3);
  channel.close();
  broadcast(hub, 1000);
  assertEquals([channel.dropped, channel.lag], [3, 0]);
  assertEquals(await rest(channel), []);
});

test("Channel.close() between being woken and being served loses nothing", async () => {
  const hub = new Hub();
  const channels = Array.from({ length: 2 * BUDGET }, () => hub.subscribe());
  const results = channels.map((channel) => channel.next());
  broadcast(hub, 1);
  for (const channel of channels) channel.close();
  for (const { value } of await Promise.all(results)) {
    assertEquals(numbers(value!), [0]);
  }
});

test("Channel.close() between being woken and being dropped ends the iteration", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const channels = Array.from({ length: 2 * BUDGET }, () => hub.subscribe());
  const results = channels.map((channel) => channel.next());
  broadcast(hub, 1);
  for (const channel of channels) channel.close();
  broadcast(hub, 1000);
  for (const { done } of await Promise.all(results)) assert(done);
  assertEquals(
    channels.map(({ dropped }) => dropped),
    Array(2 * BUDGET).fill(1),
  );
});

test("Channel.release() gives memory back, once, and never what others hold", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const memory = new Set<ArrayBuffer>();
  using keeper = hub.subscribe();
  using giver = hub.subscribe();
  broadcast(hub, 1);
  const kept = (await keeper.next()).value!;
  for (let n = 1; n < 2000; n++) {
    const { value } = await giver.next();
    memory.add(value!.bytes.buffer);
    giver.release();
    giver.release();
    broadcast(hub, 1);
  }
  assertEquals(numbers(kept), [0]);
  assert(memory.size < 20, `${memory.size} chunks`);
});

test("Channel.capacity is the hub's", () => {
  using channel = new Hub({ capacity: MIN_CAPACITY }).subscribe();
  assertEquals(channel.capacity, MIN_CAPACITY);
});

test("Channel[Symbol.dispose]() forgets what waits and settles who waits", async () => {
  const hub = new Hub();
  const idle = hub.subscribe();
  const waiting = idle.next();
  idle[Symbol.dispose]();
  assertEquals((await waiting).done, true);

  const channels = Array.from({ length: 2 * BUDGET }, () => hub.subscribe());
  const results = channels.map((channel) => channel.next());
  broadcast(hub, 1);
  for (const channel of channels) channel[Symbol.dispose]();
  for (const { done } of await Promise.all(results)) assert(done);
  assertEquals(
    channels.map((channel) => channel.lag),
    Array(2 * BUDGET).fill(0),
  );
});

test("Channel: leaving the loop ends the subscription", async () => {
  const hub = new Hub();
  const channel = hub.subscribe();
  broadcast(hub, 1);
  for await (const _ of channel) break;
  assert(channel.closed);
  assertEquals(hub.subscribers, 0);
});

test("Hub: its memory is its capacity, whatever the subscribers do", async () => {
  const { stdout } = await run([
    Deno.execPath(),
    "run",
    "--v8-flags=--expose-gc",
    "tests/support/memory.ts",
  ]);
  const { through, held, heldAfterLarge, capacity, dropped } = JSON.parse(
    stdout,
  );
  assert(through > 100 * capacity);
  assert(dropped > 0);
  assert(held <= capacity + 64 * 1024, `${held} bytes held`);
  assert(heldAfterLarge <= 64 * 1024, `${heldAfterLarge} bytes held`);
});

test("Channel: a subscriber that transfers a run's buffer away costs others those messages, counted, and no more", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const thief = hub.subscribe();
  const other = hub.subscribe();
  broadcast(hub, 3);
  const { value } = await thief.next();
  structuredClone(null, { transfer: [value!.bytes.buffer] });
  const next = other.next();
  assertEquals([other.dropped, other.lag], [3, 0]);
  broadcast(hub, 2, 2);
  assertEquals(numbers((await next).value!), [3, 4]);
  assertEquals([other.received, other.dropped, other.lag], [2, 3, 0]);
  broadcast(hub, 1000);
  other.close();
  assertEquals((await rest(other)).at(-1), 1004);
});

test("Channel: subscribers whose run is transferred away while they wait for their tick wait on", async () => {
  const hub = new Hub({ capacity: MIN_CAPACITY });
  const thief = hub.subscribe();
  const others = Array.from({ length: BUDGET }, () => hub.subscribe());
  broadcast(hub, 1);
  const { value } = await thief.next();
  const results = others.map((channel) => channel.next());
  structuredClone(null, { transfer: [value!.bytes.buffer] });
  await macrotask();
  broadcast(hub, 1);
  for (const { value } of await Promise.all(results)) {
    assertEquals(numbers(value!), [1]);
  }
});

test("Channel.next() serves at once no more than the budget, however many ask", async () => {
  const hub = new Hub({}, new FakeClock()); // no time for a poll
  const channels = Array.from({ length: BUDGET + 1 }, () => hub.subscribe());
  broadcast(hub, 1);
  let served = 0;
  for (const channel of channels) channel.next().then(() => served++);
  for (let n = 0; n < 20; n++) await undefined;
  assertEquals(served, 0);
  await macrotask();
  assertEquals(served, BUDGET);
  await macrotask();
  assertEquals(served, BUDGET + 1);
});
