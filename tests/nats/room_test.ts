import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { Room } from "../../lib/nats/room.ts";
import { macrotask } from "../support/jitter.ts";
import { test } from "../support/test.ts";
import { FakeRoomClock } from "./fake_room_clock.ts";
import { ModelEngine } from "./model_engine.ts";
import { ModelNode } from "./model_node.ts";
import { ModelStream } from "./model_stream.ts";

test("Room: what a client says reaches all nodes, its own too, through the stream", async () => {
  const clock = new FakeRoomClock();
  const stream = new ModelStream(clock);
  await using a = await ModelNode.join(stream, clock);
  await using b = await ModelNode.join(stream, clock);
  a.say("x");
  await macrotask();
  const before = [await a.heardText(), await b.heardText()];
  assertEquals(before, ["", ""]); // there is no echo before the stream
  await a.settle();
  assertEquals([await a.heardText(), await b.heardText()], ["x", "x"]);
});

test("Room: what is said in one tick is one batch; what is said while two are in flight becomes the next", async () => {
  const clock = new FakeRoomClock();
  await using node = await ModelNode.join(new ModelStream(clock), clock);
  const heard: string[] = [];
  for (const tick of ["ab", "cd", "ef", "gh"]) {
    for (const text of tick) node.say(text);
    await macrotask();
  }
  assertEquals([node.engine.onTheWay, node.room.stats().inFlight], [2, 2]);
  for (let batch = 0; batch < 3; batch++) {
    node.engine.deliver(1);
    await macrotask();
    heard.push(await node.heardText());
  }
  assertEquals(heard, ["ab", "cd", "efgh"]);
});

test("Room: after a cut, what was not read back is sent again, and comes once", async () => {
  for (const fate of ["lost", "now", "later"] as const) {
    const clock = new FakeRoomClock();
    const stream = new ModelStream(clock);
    await using node = await ModelNode.join(stream, clock);
    node.say("a");
    node.say("b");
    node.engine.cut(fate);
    await macrotask();
    assertEquals(node.room.stats().engineUp, false);
    node.engine.mend();
    for (let n = 0; n < 5; n++) {
      clock.pass(1000);
      await node.settle();
    }
    assertEquals(await node.heardText(), "ab");
    const { published, lostInWindow, lostInGaps } = node.room.stats();
    assertEquals([published, lostInWindow, lostInGaps], [2, 0, 0]);
    const types = node.events.map(({ type }) => type);
    assertEquals(types, ["engineUp", "engineDown", "engineUp"]);
  }
});

test("Room: without the engine clients wait; after the hold their messages are dropped and counted", async () => {
  const clock = new FakeRoomClock();
  await using node = await ModelNode.join(new ModelStream(clock), clock);
  node.engine.cut("lost");
  await macrotask();
  let isDone = false;
  const said = Promise.resolve(node.say("a")).then(() => isDone = true);
  clock.pass(9999);
  await macrotask();
  assertEquals(isDone, false);
  clock.pass(1);
  await said;
  node.say("b");
  assertEquals(node.room.stats().droppedWhileHeld, 2);
  assertEquals(node.events.at(-1), { type: "dropping" });
});

test("Room: an engine that stores nothing is away, however often it is asked", async () => {
  const clock = new FakeRoomClock();
  await using node = await ModelNode.join(new ModelStream(clock), clock);
  const run = { bytes: new Uint8Array(60_000), count: 60_000 };
  for (let n = 0; n < 100; n++) node.room.publish(run);
  for (let n = 0; n < 20; n++) {
    clock.pass(1000);
    for (let m = 0; m < 4; m++) await macrotask();
  }
  for (let n = 0; n < 30; n++) {
    clock.pass(100);
    await node.settle();
  }
  const types = node.events.map(({ type }) => type);
  assertEquals(types, ["engineUp", "engineDown", "dropping", "engineUp"]);
  const { published, droppedWhileHeld } = node.room.stats();
  assertEquals(published + droppedWhileHeld, 100 * run.count);
});

test("Room: a late answer does not make an engine be there", async () => {
  const clock = new FakeRoomClock();
  await using node = await ModelNode.join(new ModelStream(clock), clock);
  const run = { bytes: new Uint8Array(60_000), count: 60_000 };
  for (let batch = 0; batch < 2; batch++) {
    node.room.publish(run);
    await macrotask();
    clock.pass(1000);
  }
  await macrotask(); // the first was not answered in time
  node.engine.deliver();
  node.engine.acknowledge();
  await macrotask();
  const types = node.events.map(({ type }) => type);
  assertEquals(types, ["engineUp", "engineDown"]);
});

test("Room: entries that go while a session reads up to them hold it up for a moment", async () => {
  const clock = new FakeRoomClock();
  const stream = new ModelStream(clock);
  let goes = 0;
  await using node = new ModelNode(stream, clock, (engine) => ({
    links: () => engine.links(),
    publish: (batch, id) => engine.publish(batch, id),
    read: (from, onEntry, signal) => engine.read(from, onEntry, signal),
    close: () => engine.close(),
    async open() {
      const state = await engine.open();
      stream.deleteNewest(goes);
      goes = 0;
      return state;
    },
  }));
  await node.start();
  node.engine.cut("lost");
  await macrotask();
  stream.store(new Uint8Array(1));
  goes = 1;
  node.engine.mend();
  for (let n = 0; n < 50; n++) {
    clock.pass(100);
    await node.settle();
  }
  const { engineUp, gaps } = node.room.stats();
  assertEquals([engineUp, gaps], [true, 1]);
});

test("Room.flush() resolves when all that was said is back", async () => {
  const clock = new FakeRoomClock();
  await using node = await ModelNode.join(new ModelStream(clock), clock);
  await node.room.flush(); // nothing to wait for
  node.say("a");
  node.say("b");
  let isFlushed = false;
  const flushed = node.room.flush().then(() => isFlushed = true);
  node.engine.deliver(1);
  for (let n = 0; n < 3; n++) await macrotask();
  assertEquals(isFlushed, false);
  await node.settle();
  await flushed;
  assertEquals(await node.heardText(), "ab");
});

test("Room: with a hub that is closed, before or meanwhile, messages go their way and are counted", async () => {
  const clock = new FakeRoomClock();
  const stream = new ModelStream(clock);
  await using a = await ModelNode.join(stream, clock);
  await using b = await ModelNode.join(stream, clock);
  a.hub.close();
  const run = { bytes: new Uint8Array(60_000), count: 60_000 };
  for (let n = 0; n < 20; n++) a.room.publish(run);
  const flushed = a.room.flush();
  for (let n = 0; n < 10; n++) await a.settle();
  await flushed;
  const { published, received } = a.room.stats();
  assertEquals([published, received], [1_200_000, 1_200_000]);
  assertEquals(b.room.stats().received, 1_200_000);
});

test("Room.close() counts what was not read back, and lets go of all who wait", async () => {
  const clock = new FakeRoomClock();
  const node = await ModelNode.join(new ModelStream(clock), clock);
  node.say("a");
  node.say("b");
  const flushed = node.room.flush();
  await node.room.close();
  await node.room.close();
  await flushed;
  assertEquals(node.room.stats().lostInWindow, 2);
  node.say("c");
  await node.room.flush(); // nothing to wait for any more
  assertEquals(node.room.stats().droppedWhileHeld, 1);
});

test("Room: callbacks that fail, at once or later, are told to onError, and cost it nothing", async () => {
  const failures = [
    () => {
      throw new Error("no");
    },
    () => Promise.reject(new Error("no")),
  ];
  for (const fail of failures) {
    const clock = new FakeRoomClock();
    const told: unknown[] = [];
    const engine = new ModelEngine(new ModelStream(clock), clock);
    const room = new Room({
      hub: new Hub(),
      engine,
      clock,
      onEvent: fail,
      onError(error) {
        told.push(error);
        return fail();
      },
    });
    const started = room.start();
    await macrotask();
    engine.deliver();
    engine.acknowledge();
    assertEquals(await started, "joined");
    for (let n = 0; n < 4; n++) await macrotask();
    assertEquals(told.map(String), ["Error: no"]);
    await room.close();
  }
});
