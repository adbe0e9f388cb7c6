import { assertEquals, assertMatch } from "@std/assert";
import { encode } from "@zillions/server/frame";
import net from "node:net";
import type { Subject } from "../../../lib/stresstest/target/server.ts";
import { Trial } from "../../../lib/stresstest/load/test_run.ts";
import { ANY_PORT, NEVER } from "../servers.ts";

/** A trial of a server that is played by the test. */
function setup() {
  const listener = Deno.listen(ANY_PORT);
  return { listener, trial: trialAt(listener.addr.port) };
}

function trialAt(port: number): Trial {
  const address = { hostname: "127.0.0.1", port };
  const subject: Subject = {
    address,
    pid: undefined,
    ended: new Promise(() => {}),
    connect: () => Deno.connect(address),
  };
  return new Trial(subject, { stop: NEVER, timeout: 20_000 });
}

/** The only violation, as a line. */
async function verdict(trial: Trial): Promise<string> {
  await trial.finish();
  return trial.violations.list().map(({ verdict, text }) =>
    `${verdict}: ${text}`
  ).join("\n");
}

Deno.test("Trial.receive() takes what comes, and an end is a verdict", async () => {
  const { listener, trial } = setup();
  using _listener = listener;
  const [socket] = await trial.connect(1);
  const got: number[] = [];
  const reading = trial.receive(socket!, "client 9", (bytes) => {
    got.push(...bytes);
  });
  {
    using peer = await listener.accept();
    await peer.write(encode("hi"));
  }
  await reading;
  assertEquals(got, [2, 104, 105]);
  assertEquals(
    await verdict(trial),
    "died: the server ended the connection of client 9",
  );
});

Deno.test("Trial.receive() an end inside a message is said so", async () => {
  const { listener, trial } = setup();
  using _listener = listener;
  const [socket] = await trial.connect(1);
  const reading = trial.receive(socket!, "client 1", () => {});
  {
    using peer = await listener.accept();
    await peer.write(encode("hi").subarray(0, 2));
  }
  await reading;
  assertEquals(
    await verdict(trial),
    "died: the server ended the connection of client 1 inside a message",
  );
});

Deno.test("Trial.discard() a broken connection is a verdict", async () => {
  const { promise, resolve } = Promise.withResolvers<net.Socket>();
  const breaker = net.createServer(resolve);
  await new Promise<void>((listening) =>
    breaker.listen(0, "127.0.0.1", listening)
  );
  const { port } = breaker.address() as net.AddressInfo;
  const trial = trialAt(port);
  const [socket] = await trial.connect(1);
  const reading = trial.discard(socket!, "sender 1");
  (await promise).resetAndDestroy();
  await reading;
  assertEquals(
    await verdict(trial),
    "died: the server broke the connection of sender 1",
  );
  await new Promise((closed) => breaker.close(closed));
});

Deno.test("Trial.connect() being refused is a verdict", async () => {
  const { listener, trial } = setup();
  listener.close();
  assertEquals(await trial.connect(3), []);
  assertMatch(
    await verdict(trial),
    /^died: the server refused a connection: .*refused/,
  );
});

Deno.test("Trial.write() to a peer that is gone is not possible", async () => {
  const { listener, trial } = setup();
  using _listener = listener;
  const [socket] = await trial.connect(1);
  assertEquals(await trial.write(socket!, encode("hi")), true);
  trial.leave(socket!);
  assertEquals(await trial.write(socket!, encode("hi")), false);
  assertEquals(await verdict(trial), "");
});

Deno.test("Trial.fail() the first verdict ends the run", async () => {
  const { listener, trial } = setup();
  using _listener = listener;
  trial.fail("hung", "one");
  trial.fail("died", "two");
  assertEquals(trial.stopped, true);
  await trial.pause(1_000_000);
  assertEquals(await trial.connect(1), []);
  assertEquals(await verdict(trial), "hung: one");
});
