// deno-lint-ignore-file no-console -- it says what is left out
/** A room on a real engine. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { joinRoom, type Room } from "../../lib/nats/mod.ts";
import { serve } from "../../lib/server/serve.ts";
import { encode } from "../../lib/wire/frame.ts";
import { Proxy } from "../faults/nodes/proxy.ts";
import { Command, freeAddress, ours } from "../support/command.ts";
import { eventually, inTime } from "../support/eventually.ts";
import { Peer } from "../support/peer.ts";
import { engineTest, NATS_SERVER, NatsServer } from "./nats_server.ts";

if (!NATS_SERVER) {
  console.log("There is no nats-server: tests with an engine are left out");
}

/** What a room says to its hub. */
function say(room: Room, text: string): void | Promise<void> {
  return room.publish({ bytes: encode(text), count: 1 });
}

async function heard(hub: Hub, text: string): Promise<void> {
  let all = "";
  for await (const { bytes } of hub.subscribe()) {
    all += new TextDecoder().decode(bytes);
    if (all.includes(text)) return;
  }
}

engineTest("rooms on one engine do not mix", async () => {
  await using engine = await NatsServer.start();
  const [hub, other] = [new Hub(), new Hub()];
  await using room = await joinRoom(hub, engine.url, { room: "a" });
  await using otherRoom = await joinRoom(other, engine.url, { room: "a-b" });
  const both = Promise.all([heard(hub, "one"), heard(other, "two")]);
  say(room, "one");
  say(otherRoom, "two");
  await both;
  const received = [room.stats().received, otherRoom.stats().received];
  assertEquals(received, [1, 1]);
});

engineTest(
  "a client that ends its sending side hears all it has sent, through the engine",
  async () => {
    await using engine = await NatsServer.start();
    const hub = new Hub();
    await using room = await joinRoom(hub, engine.url);
    await using server = serve({ hub, publisher: room, port: 0 });
    using peer = await Peer.connect(server.addr);
    const texts = Array.from({ length: 1000 }, (_, n) => `message ${n}`);
    await peer.say(...texts);
    await peer.hangUp();
    assertEquals(await peer.hearAll(), texts);
  },
);

engineTest(
  "a room is not disturbed by another of the same program, whose engine is silent",
  async () => {
    await using engine = await NatsServer.start();
    using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const hub = new Hub();
    const [room, waiting] = await Promise.all([
      joinRoom(hub, `nats://localhost:${engine.port}`), // found while the other connects
      joinRoom(new Hub(), `nats://127.0.0.1:${silent.addr.port}`),
    ]);
    await using _room = room;
    await using _waiting = waiting;
    using tried = await silent.accept();
    // The other gives up its connection, and with it no other.
    await inTime(tried.readable.pipeTo(new WritableStream()), "an end");
    const heardAll = heard(hub, "one");
    say(room, "one");
    await inTime(heardAll, "the message");
    const { engineUp, engineSince } = room.stats();
    assertEquals([engineUp, engineSince > 1000], [true, true]);
  },
);

engineTest(
  "a stream whose newest entry was deleted, unread, is read to its end all the same",
  async () => {
    await using engine = await NatsServer.start();
    await engine.request(
      "$JS.API.STREAM.CREATE.ZILLIONS_lobby",
      JSON.stringify({ name: "ZILLIONS_lobby", subjects: ["zillions.lobby"] }),
    );
    using link = new Proxy(engine.port);
    await using room = await joinRoom(new Hub(), link.url);
    link.behaviour = "refuse";
    await eventually("no link", () => room.stats(), (it) => !it.engineUp);
    for (let n = 0; n < 2; n++) await engine.request("zillions.lobby", "x");
    const { state } = JSON.parse(
      await engine.request("$JS.API.STREAM.INFO.ZILLIONS_lobby"),
    );
    await engine.request(
      "$JS.API.STREAM.MSG.DELETE.ZILLIONS_lobby",
      JSON.stringify({ seq: state.last_seq }),
    );
    link.behaviour = "pass";
    await eventually("the end", () => room.stats(), (it) => it.engineUp);
    const { foreign, gaps } = room.stats();
    assertEquals([foreign, gaps], [1, 1]);
  },
);

engineTest(
  "a node starts without its engine, says so, and joins when it comes",
  async () => {
    const { port } = freeAddress();
    const engine = new NatsServer(["-js"], port);
    const command = [...ours("--allow-net"), "--nats", engine.url];
    await using node = await Command.start(freeAddress(), command);
    assertStringIncludes(
      (await node.logLine())!,
      "the NATS engine is not there: waiting for it to join the room lobby",
    );
    await using _ = engine;
    await engine.start();
    assertStringIncludes((await node.logLine())!, "the NATS engine is there");
    using peer = await Peer.join(node.address);
    await peer.say("x");
    assertEquals(await peer.hear(), "x");
  },
);

engineTest(
  "a node that is told to end has all that its clients have sent stored first",
  async () => {
    await using engine = await NatsServer.start();
    const hub = new Hub();
    await using room = await joinRoom(hub, engine.url);
    const command = [...ours("--allow-net"), "--json", "--stats=0.1", "--nats"];
    await using node = await Command.start(freeAddress(), [
      ...command,
      engine.url,
    ]);
    using peer = await Peer.connect(node.address);
    const heardAll = heard(hub, "message 999");
    engine.signal("SIGSTOP"); // so that nothing is stored yet
    await peer.say(...Array.from({ length: 1000 }, (_, n) => `message ${n}`));
    for (let taken = 0; taken < 1000;) {
      taken = JSON.parse((await node.logLine())!).messagesIn ?? 0;
    }
    node.kill("SIGTERM");
    engine.signal("SIGCONT");
    await inTime(heardAll, "the last message");
    assertEquals(room.stats().received, 1000);
    assertEquals((await node.end()).code, 0);
  },
);
