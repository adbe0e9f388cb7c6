// deno-lint-ignore-file no-console -- it says what is left out
/** A room on a real engine: what it refuses, and what it keeps apart. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import {
  EngineRefusedError,
  joinRoom,
  type Room,
  type RoomEvent,
} from "../../lib/nats/mod.ts";
import { serve } from "../../lib/server/serve.ts";
import { encode } from "../../lib/wire/frame.ts";
import { Command, freeAddress, ours, run } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { Peer } from "../support/peer.ts";
import { script } from "../support/script.ts";
import { CERT, KEY } from "../support/tls.ts";
import { Proxy } from "../faults/nodes/proxy.ts";
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

/** Streams on which a room's promises would not hold, and what is said of them. */
const UNUSABLE: Record<string, [Record<string, unknown>, string]> = {
  "another subject": [{ subjects: ["other"] }, "its subjects are other"],
  "several subjects": [
    { subjects: ["zillions.x", "other"] },
    "its subjects are zillions.x, other",
  ],
  "a work queue": [{ retention: "workqueue" }, "its retention is workqueue"],
  "new messages discarded": [{ discard: "new" }, "it discards new messages"],
  "a short duplicate window": [
    { duplicate_window: 100_000_000 },
    "its duplicate window is 100 ms",
  ],
  "small messages": [{ max_msg_size: 1000 }, "it takes messages of 1000 bytes"],
};

engineTest(
  "joinRoom() refuses a stream on which its promises would not hold",
  async () => {
    await using engine = await NatsServer.start();
    for (const [what, [changes, said]] of Object.entries(UNUSABLE)) {
      const stream = {
        name: "ZILLIONS_x",
        subjects: ["zillions.x"],
        retention: "limits",
        discard: "old",
        ...changes,
      };
      await engine.request(
        `$JS.API.STREAM.CREATE.${stream.name}`,
        JSON.stringify(stream),
      );
      const { message } = await assertRejects(
        () => joinRoom(new Hub(), engine.url, { room: "x" }),
        EngineRefusedError,
        undefined,
        what,
      );
      assertStringIncludes(
        message,
        `Cannot use the stream ZILLIONS_x: ${said}`,
      );
      await engine.request(`$JS.API.STREAM.DELETE.${stream.name}`);
    }
  },
);

engineTest(
  "joinRoom() takes a stream of other replicas, ages and sizes",
  async () => {
    await using engine = await NatsServer.start();
    await engine.request(
      "$JS.API.STREAM.CREATE.ZILLIONS_lobby",
      JSON.stringify({
        name: "ZILLIONS_lobby",
        subjects: ["zillions.lobby"],
        max_age: 60e9,
        storage: "memory",
      }),
    );
    await using room = await joinRoom(new Hub(), engine.url);
    assertEquals(room.stats().engineUp, true);
  },
);

engineTest(
  "joinRoom() refuses replicas that the engine does not have",
  async () => {
    await using engine = await NatsServer.start();
    await assertRejects(
      () => joinRoom(new Hub(), engine.url, { replicas: 3 }),
      EngineRefusedError,
      "Cannot make the stream ZILLIONS_lobby: ",
    );
  },
);

engineTest("joinRoom() refuses an engine without JetStream", async () => {
  await using engine = await NatsServer.start([]);
  await assertRejects(
    () => joinRoom(new Hub(), engine.url),
    EngineRefusedError,
    "Cannot use the engine: it runs without JetStream; start it with nats-server -js",
  );
});

engineTest(
  "a node whose engine takes too small messages says so, and does not start",
  async () => {
    const config = await Deno.makeTempFile();
    await Deno.writeTextFile(config, "max_payload: 32KB");
    await using engine = await NatsServer.start(["-js", "-c", config]);
    const { code, stdout, stderr } = await runCommand(engine.url);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(
      stderr,
      "cannot use the engine: its max_payload is 32768 bytes, less than ",
    );
    assertEquals(stderr.trim().split("\n").length, 1, stderr);
    await Deno.remove(config);
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

engineTest("tls:// never talks to an engine without TLS", async () => {
  await using engine = await NatsServer.start();
  await assertRejects(
    () => joinRoom(new Hub(), engine.url.replace("nats:", "tls:")),
    EngineRefusedError,
    "Cannot use the engine: ",
  );
});

engineTest(
  "tls:// takes a certificate that is given, and no other",
  async () => {
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/cert`, CERT);
    await Deno.writeTextFile(`${folder}/key`, KEY);
    await using engine = await NatsServer.start([
      ...["-js", "--tls", "--tlscert", `${folder}/cert`],
      ...["--tlskey", `${folder}/key`],
    ]);
    const url = engine.url.replace("nats:", "tls:");
    await using room = await joinRoom(new Hub(), url, { ca: CERT });
    assertEquals(room.stats().engineUp, true);
    await assertRejects(() => joinRoom(new Hub(), url), EngineRefusedError);
    await Deno.remove(folder, { recursive: true });
  },
);

/** Runs the command with a URL that must not be printed. */
async function runCommand(url: string) {
  return await run([...ours("--allow-net"), "--nats", url, "127.0.0.1:0"]);
}

engineTest(
  "refused credentials end the start, and are not printed, in a program without handlers",
  async () => {
    await using engine = await NatsServer.start([
      ...["-js", "--user", "ann", "--pass", "right"],
    ]);
    const address = engine.url.slice("nats://".length);
    for (const secret of ["ann:secret", "secret"]) {
      const { code, stdout, stderr } = await runCommand(
        `nats://${secret}@${address}`,
      );
      assertEquals([code, stdout], [1, ""]);
      assertStringIncludes(stderr, "cannot join the room lobby: cannot use");
      assertEquals(stderr.trim().split("\n").length, 1, stderr);
      assertEquals(stderr.includes("secret"), false, stderr);
      // The library by itself: what the engine does late ends no program either.
      const host = await run(
        script("tests/nats/host.ts", "-A").concat(
          `nats://${secret}@${address}`,
        ),
      );
      assertEquals([host.code, host.stderr], [0, ""]);
      assertEquals(host.stdout.includes("EngineRefusedError"), true);
    }
    await using room = await joinRoom(new Hub(), `nats://ann:right@${address}`);
    assertEquals(room.stats().engineUp, true);
  },
);

engineTest(
  "credentials that are refused later are reported once, and tried again",
  async () => {
    const { port } = freeAddress();
    const open = new NatsServer(["-js"], port);
    await open.start();
    const events: RoomEvent[] = [];
    await using room = await joinRoom(new Hub(), open.url, {
      onEvent: (event) => events.push(event),
    });
    await open[Symbol.asyncDispose]();
    const closed = new NatsServer(["-js", "--user", "a", "--pass", "b"], port);
    {
      await using _ = closed;
      await closed.start();
      await eventually(
        "a refusal",
        () => events.map(({ type }) => type),
        (types) => types.includes("engineRefused"),
      );
    }
    await using _again = await (async () => {
      const again = new NatsServer(["-js"], port);
      await again.start();
      return again;
    })();
    await eventually(
      "the engine",
      () => room.stats(),
      ({ engineUp }) => engineUp,
    );
    const types = events.map(({ type }) => type);
    assertEquals(types.filter((type) => type === "engineRefused").length, 1);
  },
);

engineTest(
  "a node's credentials file that cannot be read is told, and how to allow it",
  async () => {
    const words = [
      ...["--nats", "nats://127.0.0.1:1", "--nats-creds", "no such file"],
      "127.0.0.1:0",
    ];
    for (
      const [permissions, reason] of [
        [["--allow-net"], "run again with the --allow-read flag"],
        [["--allow-net", "--allow-read"], "no such file"],
      ] as const
    ) {
      const { code, stderr } = await run([...ours(...permissions), ...words]);
      assertEquals(code, 1);
      const what = 'cannot read the file of --nats-creds, "no such file": ';
      assertStringIncludes(stderr, what);
      assertStringIncludes(stderr.slice(stderr.indexOf(what)), reason);
      assertEquals(stderr.trim().split("\n").length, 1);
    }
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
