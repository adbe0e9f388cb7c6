import { assertEquals, assertRejects } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { encode } from "../../lib/wire/frame.ts";
import { playLoad } from "../../lib/stresstest/load/load.ts";
import { Server } from "../../lib/stresstest/target/server.ts";
import { target } from "../stresstest/servers.ts";
import { chunksOf } from "../support/bytes.ts";
import { freeAddress } from "../support/command.ts";
import { path } from "../support/script.ts";
import { FakeSocket } from "../support/socket.ts";
import { settings } from "./loads.ts";
import { NatsSocket, published } from "./nats.ts";
import { isInstalled } from "./support.ts";
import { test } from "../support/test.ts";

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** A client whose server says `texts`, one a read, and then ends. */
function told(texts: Iterable<Uint8Array>) {
  const fake = new FakeSocket();
  for (const text of texts) fake.arrive(text);
  fake.arrive(null);
  const { conn } = fake;
  return { fake, socket: new NatsSocket(conn as Deno.TcpConn) };
}

async function all(socket: NatsSocket): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  const buffer = new Uint8Array(64 * 1024);
  for (let end; (end = await socket.read(buffer)) !== null;) {
    parts.push(buffer.slice(0, end));
  }
  return concat(parts);
}

const FRAMES = concat([encode("hello"), encode(""), encode("x".repeat(255))]);

test("published() makes a message of each frame", () => {
  assertEquals(
    new TextDecoder().decode(published(FRAMES)),
    `PUB z 5\r\nhello\r\nPUB z 0\r\n\r\nPUB z 255\r\n${"x".repeat(255)}\r\n`,
  );
});

test("NatsSocket.write() takes all frames", async () => {
  const { fake, socket } = told([]);
  assertEquals(await socket.write(FRAMES), FRAMES.length);
  assertEquals(new Uint8Array(fake.written), published(FRAMES));
});

test("NatsSocket.read() makes frames of messages however they are cut", async () => {
  const delivered = bytes(
    `MSG z 1 5\r\nhello\r\nPONG\r\nMSG z 1 0\r\n\r\nMSG z 1 255\r\n${
      "x".repeat(255)
    }\r\n`,
  );
  for (let size = 1; size <= delivered.length; size++) {
    const { socket } = told(chunksOf(delivered, size));
    assertEquals(await all(socket), FRAMES);
  }
});

test("NatsSocket.read() answers between messages that are written", async () => {
  const { fake, socket } = told([bytes("PING\r\n")]);
  fake.takes = [3];
  const writing = socket.write(encode("hello"));
  await all(socket);
  await writing;
  await socket.write(new Uint8Array(0));
  const written = new TextDecoder().decode(new Uint8Array(fake.written));
  assertEquals(written, "PUB z 5\r\nhello\r\nPONG\r\n");
});

test("NatsSocket.read() an error is the end of the connection", async () => {
  const { socket } = told([bytes("-ERR 'Slow Consumer'\r\n")]);
  await assertRejects(() => all(socket), Deno.errors.ConnectionReset, "Slow");
});

test({
  name: "NatsSocket speaks to nats-server",
  ignore: !await isInstalled("nats-server"),
  async fn() {
    const nats = target(path("tests/gallery/servers/nats.sh"));
    nats.connect = NatsSocket.connect;
    const stop = new AbortController().signal;
    await using server = await Server.start(
      nats,
      {
        addresses: [{ ...freeAddress(), transport: "tcp" }],
        readyTimeout: 30_000,
        stop,
      },
    );
    const asked = settings({
      seconds: 0.2,
      rate: 1000,
      publishers: 1,
      subscribers: 3,
    });
    const run = await playLoad(server, asked, 0, { stop });
    assertEquals([run.violations, run.received, run.lost], [[], 600, 0]);
  },
});
