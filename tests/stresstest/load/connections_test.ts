import { assertEquals, assertMatch } from "@std/assert";
import { encode } from "@zillions/server/frame";
import { WebSocketError } from "@zillions/server/websocket";
import net from "node:net";
import type { ServerUnderTest } from "../../../lib/stresstest/target/server.ts";
import { TestRun } from "../../../lib/stresstest/load/test_run.ts";
import { ANY_PORT, NEVER } from "../servers.ts";
import { test } from "../../support/test.ts";

/** A run against a server that the test plays. */
function setup() {
  const listener = Deno.listen(ANY_PORT);
  return { listener, testRun: testRunAt(listener.addr.port) };
}

function testRunAt(port: number): TestRun {
  const address = { hostname: "127.0.0.1", port };
  const server: ServerUnderTest = {
    address,
    pid: undefined,
    ended: new Promise(() => {}),
    connect: () => Deno.connect(address),
  };
  return new TestRun(server, { stop: NEVER, timeout: 20_000 });
}

/** The only violation, as a line. */
async function verdict(testRun: TestRun): Promise<string> {
  await testRun.finish();
  return testRun.violations.list().map(({ verdict, text }) =>
    `${verdict}: ${text}`
  ).join("\n");
}

test("Connections.receive() hands on frames, and an end is a violation", async () => {
  const { listener, testRun } = setup();
  using _listener = listener;
  const [socket] = await testRun.connections.open(1);
  const got: number[] = [];
  const reading = testRun.connections.receive(socket!, "client 9", (bytes) => {
    got.push(...bytes);
  });
  {
    using peer = await listener.accept();
    await peer.write(encode("hi"));
  }
  await reading;
  assertEquals(got, [2, 104, 105]);
  assertEquals(
    await verdict(testRun),
    "died: the server ended the connection of client 9",
  );
});

test("Connections.receive() reports an end inside a message", async () => {
  const { listener, testRun } = setup();
  using _listener = listener;
  const [socket] = await testRun.connections.open(1);
  const reading = testRun.connections.receive(socket!, "client 1", () => {});
  {
    using peer = await listener.accept();
    await peer.write(encode("hi").subarray(0, 2));
  }
  await reading;
  assertEquals(
    await verdict(testRun),
    "died: the server ended the connection of client 1 inside a message",
  );
});

test("Connections.discard() reports a reset connection", async () => {
  const { promise, resolve } = Promise.withResolvers<net.Socket>();
  const breaker = net.createServer(resolve);
  await new Promise<void>((listening) =>
    breaker.listen(0, "127.0.0.1", listening)
  );
  const { port } = breaker.address() as net.AddressInfo;
  const testRun = testRunAt(port);
  const [socket] = await testRun.connections.open(1);
  const reading = testRun.connections.discard(socket!, "sender 1");
  (await promise).resetAndDestroy();
  await reading;
  assertEquals(
    await verdict(testRun),
    "died: the server reset the connection of sender 1",
  );
  await new Promise((closed) => breaker.close(closed));
});

test("Connections.discard() reports a WebSocket whose protocol is broken", async () => {
  const { listener, testRun } = setup();
  using _listener = listener;
  const [socket] = await testRun.connections.open(1);
  socket!.read = () =>
    Promise.reject(new WebSocketError(1002, "a frame is masked"));
  await testRun.connections.discard(socket!, "sender 1");
  assertEquals(
    await verdict(testRun),
    "died: the server broke the WebSocket protocol: a frame is masked",
  );
});

test("Connections.open() reports a refused connection", async () => {
  const { listener, testRun } = setup();
  listener.close();
  assertEquals(await testRun.connections.open(3), []);
  assertMatch(
    await verdict(testRun),
    /^died: the server refused a connection: .*refused/,
  );
});

test("Connections.write() says that a connection has ended", async () => {
  const { listener, testRun } = setup();
  using _listener = listener;
  const [socket] = await testRun.connections.open(1);
  assertEquals(await testRun.connections.write(socket!, encode("hi")), true);
  testRun.connections.close(socket!);
  assertEquals(await testRun.connections.write(socket!, encode("hi")), false);
  assertEquals(await verdict(testRun), "");
});
