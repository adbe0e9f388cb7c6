import { assert, assertEquals, assertThrows } from "@std/assert";
import { Hub, MIN_CAPACITY } from "../../lib/hub/hub.ts";
import { serve } from "../../lib/server/serve.ts";
import { FakeRoomClock } from "../nats/fake_room_clock.ts";
import { ModelNode } from "../nats/model_node.ts";
import { ModelStream } from "../nats/model_stream.ts";
import { macrotask } from "../support/jitter.ts";
import { Peer } from "../support/peer.ts";
import { start, until } from "../support/server.ts";
import { test } from "../support/test.ts";

test("Server.broadcast() sends text and bytes to every client", async () => {
  await using server = start();
  using peer = await Peer.join(server.addr);
  await server.broadcast("text");
  await server.broadcast(new TextEncoder().encode("bytes"));
  assertEquals(await peer.hearMany(2), ["text", "bytes"]);
});

test("Server.broadcast() refuses at once what is no body", async () => {
  await using server = start();
  assertThrows(() => server.broadcast("x".repeat(256)), RangeError, "256");
  assertThrows(
    () => server.broadcast([1, 2] as unknown as string),
    TypeError,
    "Cannot encode an Array",
  );
  assertEquals(server.hub.broadcasts, 0);
});

test("Server.broadcast() goes through the publisher, whose failure is told", async () => {
  const errors: unknown[] = [];
  const published: number[] = [];
  const failing = [
    () => {
      throw new Error("at once");
    },
    () => Promise.reject(new Error("later")),
  ];
  await using server = start({
    publisher: {
      publish({ bytes, count }) {
        published.push(bytes.length, count);
        return failing.shift()?.();
      },
    },
    onError: (error) => errors.push(error),
  });
  for (const text of ["a", "ab", "abc"]) await server.broadcast(text);
  assertEquals(published, [2, 1, 3, 1, 4, 1]);
  assertEquals(errors.map(String), ["Error: at once", "Error: later"]);
  assertEquals(server.hub.broadcasts, 0);
});

test("Server.broadcast() on a node is for the clients of all nodes, in the room's order", async () => {
  const clock = new FakeRoomClock();
  const stream = new ModelStream(clock);
  await using one = await ModelNode.join(stream, clock);
  await using two = await ModelNode.join(stream, clock);
  await using server = serve({ port: 0, hub: one.hub, publisher: one.room });
  const sent = server.broadcast("x");
  assertEquals(await one.heardText(), ""); // there is no echo before the stream
  await one.settle();
  await sent;
  assertEquals([await one.heardText(), await two.heardText()], ["x", "x"]);
});

test("serve({ hub }) drains its clients when the hub is closed, and takes no more", async () => {
  const errors: unknown[] = [];
  const hub = new Hub({ capacity: MIN_CAPACITY });
  await using server = start({ hub, onError: (error) => errors.push(error) });
  using peer = await Peer.join(server.addr);
  await peer.say(...Array.from({ length: 40 }, (_, n) => `${n}`.padEnd(200)));
  await until(server, (server) => server.stats().messagesIn > 20);
  await server.broadcast("the last");
  hub.close();
  await peer.say("too late", "too late, too, and long".padEnd(255));
  const heard = await peer.hearAll();
  assert(heard.includes("the last"));
  assert(!heard.includes("too late"));
  using late = await Peer.connect(server.addr);
  assertEquals(await late.body(), null);
  await server.broadcast("nobody hears this");
  await peer.hangUp();
  await until(server, (server) => server.stats().clients === 0);
  assertEquals(server.stats().disconnected.drained, 1);
  assertEquals(errors, []);
  await macrotask();
});
