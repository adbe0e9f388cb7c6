import { assertEquals, assertMatch } from "@std/assert";
import { encode } from "@zillions/server/frame";
import { WebSocketError } from "@zillions/server/websocket";
import net from "node:net";
import type { ServerUnderTest } from "../../../lib/stresstest/target/server.ts";
import { TestRun } from "../../../lib/stresstest/load/test_run.ts";
import { ANY_PORT, NEVER, RUNNING } from "../servers.ts";
import { inTime } from "../../support/eventually.ts";
import { test } from "../../support/test.ts";

/** A run against a server that the test plays. */
function setup(server: Partial<ServerUnderTest> = {}) {
  const listener = Deno.listen(ANY_PORT);
  return { listener, testRun: testRunAt(listener.addr.port, server) };
}

function testRunAt(
  port: number,
  server: Partial<ServerUnderTest> = {},
): TestRun {
  const connect = () => Deno.connect({ hostname: "127.0.0.1", port });
  return new TestRun({ ...RUNNING, connect, ...server }, {
    stop: NEVER,
    timeout: 20_000,
  });
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
  const reading = testRun.connections.receive(
    socket!,
    { name: "client 9" },
    (bytes) => {
      got.push(...bytes);
    },
  );
  {
    using peer = await inTime(listener.accept(), "a client");
    await peer.write(encode("hi"));
  }
  await reading;
  assertEquals(got, [2, 104, 105]);
  assertEquals(
    await verdict(testRun),
    "cut: the server ended the connection of client 9, which was not idle",
  );
});

test("Connections.receive() reports an end inside a message", async () => {
  const { listener, testRun } = setup();
  using _listener = listener;
  const [socket] = await testRun.connections.open(1);
  const reading = testRun.connections.receive(
    socket!,
    { name: "client 1" },
    () => {},
  );
  {
    using peer = await inTime(listener.accept(), "a client");
    await peer.write(encode("hi").subarray(0, 2));
  }
  await reading;
  assertEquals(
    await verdict(testRun),
    "cut: the server ended the connection of client 1 inside a message, which was not idle",
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
  const reading = testRun.connections.discard(socket!, { name: "sender 1" });
  (await promise).resetAndDestroy();
  await reading;
  assertEquals(
    await verdict(testRun),
    "cut: the server reset the connection of sender 1, which was not idle",
  );
  await new Promise((closed) => breaker.close(closed));
});

test("Connections.discard() reports a WebSocket whose protocol is broken", async () => {
  const { listener, testRun } = setup();
  using _listener = listener;
  const [socket] = await testRun.connections.open(1);
  socket!.read = () =>
    Promise.reject(new WebSocketError(1002, "a frame is masked"));
  await testRun.connections.discard(socket!, { name: "sender 1" });
  assertEquals(
    await verdict(testRun),
    "cut: the server broke the WebSocket protocol of sender 1: a frame is masked, which was not idle",
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

/** What is said of a client whose connection the server ends at once. */
async function cut(server: Partial<ServerUnderTest>, stuck = false) {
  const { listener, testRun } = setup(server);
  using _listener = listener;
  const [socket] = await testRun.connections.open(1);
  let told = 0;
  const onCut = () => void told++;
  const peer = { name: "client 1", stuck, onCut };
  const reading = testRun.connections.discard(socket!, peer);
  (await inTime(listener.accept(), "a client")).close();
  await reading;
  assertEquals(told, 1);
  return { verdict: await verdict(testRun), cuts: testRun.cuts };
}

const CUT = "the server ended the connection of client 1";

test("Connections counts a stuck client that the server cuts", async () => {
  assertEquals(await cut({}, true), {
    verdict: "",
    cuts: { clients: 1, nodes: ["127.0.0.1:1"], first: CUT },
  });
});

test("Connections counts the clients of a node that went down while others run", async () => {
  const accepts = (node?: string) => Promise.resolve(node === undefined);
  assertEquals(await cut({ accepts }), {
    verdict: "",
    cuts: { clients: 1, nodes: ["127.0.0.1:1"], first: CUT },
  });
});

test("Connections says that a server died that ends a connection and accepts no more", async () => {
  const accepts = () => Promise.resolve(false);
  assertEquals(await cut({ accepts }), {
    verdict: `died: ${CUT}, and accepts no more`,
    cuts: { clients: 0, nodes: [], first: "" },
  });
});
