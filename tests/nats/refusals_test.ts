/** Engines and streams that a room refuses, and those that it takes. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { EngineRefusedError, joinRoom } from "../../lib/nats/mod.ts";
import { ours, run } from "../support/command.ts";
import { engineTest, NatsServer } from "./nats_server.ts";

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
    await using engine = await NatsServer.configured("max_payload: 32KB");
    const { code, stdout, stderr } = await run([
      ...ours("--allow-net"),
      ...["--nats", engine.url, "127.0.0.1:0"],
    ]);
    assertEquals([code, stdout], [1, ""]);
    assertStringIncludes(
      stderr,
      "cannot use the engine: its max_payload is 32768 bytes, less than ",
    );
    assertEquals(stderr.trim().split("\n").length, 1, stderr);
  },
);

/** Engines that cannot have the stream, and what is said of them. */
const WITHOUT_PLACE = {
  "jetstream { max_file_store: 100MB }":
    "insufficient storage resources available",
  "no_auth_user: u, accounts { A { users = [ { user: u, password: p } ] } }":
    "JetStream not enabled for account",
  "no_auth_user: u, accounts { A { jetstream: { max_streams: 0, max_file: 1MB }, users = [ { user: u, password: p } ] } }":
    "insufficient storage resources available",
};

engineTest(
  "joinRoom() refuses an engine that has no place for the stream",
  async () => {
    for (const [config, said] of Object.entries(WITHOUT_PLACE)) {
      await using engine = await NatsServer.configured(config);
      await assertRejects(
        () => joinRoom(new Hub(), engine.url),
        EngineRefusedError,
        `Cannot make the stream ZILLIONS_lobby: ${said}`,
      );
    }
  },
);

engineTest(
  "joinRoom() refuses an engine on which another stream has its subject",
  async () => {
    await using engine = await NatsServer.start();
    await engine.request(
      "$JS.API.STREAM.CREATE.ALL",
      JSON.stringify({ name: "ALL", subjects: ["zillions.>"] }),
    );
    await assertRejects(
      () => joinRoom(new Hub(), engine.url),
      EngineRefusedError,
      "Cannot make the stream ZILLIONS_lobby: subjects overlap with an existing stream",
    );
  },
);
