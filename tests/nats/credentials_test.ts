/** Encryption, credentials and permissions. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import {
  EngineRefusedError,
  joinRoom,
  type RoomEvent,
} from "../../lib/nats/mod.ts";
import { freeAddress, ours, run } from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { script } from "../support/script.ts";
import { CERT, KEY } from "../support/tls.ts";
import { engineTest, NatsServer } from "./nats_server.ts";

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

/** An engine with one user, who may only do so much. */
function permitting(publish: string, subscribe: string): string {
  return `authorization { users = [ { user: ann, password: right, permissions: {
    publish: ["${publish}"], subscribe: ["${subscribe}"] } } ] }`;
}

engineTest(
  "a room that may not use the engine's interface is refused at the start",
  async () => {
    for (
      const [config, what] of [
        [permitting("zillions.>", ">"), 'for Publish to "$JS.API.'],
        [permitting(">", "x"), 'for Subscription to "_INBOX.'],
      ] as const
    ) {
      await using engine = await NatsServer.configured(config);
      const url = engine.url.replace("//", "//ann:right@");
      const { message } = await assertRejects(
        () => joinRoom(new Hub(), url),
        EngineRefusedError,
        "Cannot use the engine: Permissions Violation ",
      );
      assertStringIncludes(message, what);
    }
  },
);

engineTest(
  "a room that may not publish says so once, and is held",
  async () => {
    const config = permitting("$JS.API.>", ">");
    await using engine = await NatsServer.configured(config);
    const events: RoomEvent[] = [];
    const url = engine.url.replace("//", "//ann:right@");
    await using room = await joinRoom(new Hub(), url, {
      onEvent: (event) => events.push(event),
    });
    const refused = await eventually(
      "a refusal",
      () => events.find(({ type }) => type === "engineRefused"),
      (event) => event !== undefined,
    );
    assertStringIncludes(
      `${(refused as { error: Error }).error}`,
      'Permissions Violation for Publish to "zillions.lobby"',
    );
    assertEquals(room.stats().engineUp, false);
  },
);
