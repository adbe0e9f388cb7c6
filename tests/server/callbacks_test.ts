import { assertEquals } from "@std/assert";
import { Callbacks } from "../../lib/server/callbacks.ts";
import { macrotask } from "../support/jitter.ts";
import { Peer } from "../support/peer.ts";
import { start, until } from "../support/server.ts";
import { FakeListener } from "../support/socket.ts";
import { serve } from "../../lib/server/serve.ts";
import { test } from "../support/test.ts";

test("Callbacks.call() reports what a callback throws, at once or later", async () => {
  const errors: unknown[] = [];
  const callbacks = new Callbacks((error) => errors.push(error));
  const heard: number[] = [];
  callbacks.call((value) => heard.push(value), 1);
  callbacks.call<number>(undefined, 2);
  callbacks.call((value) => {
    throw value;
  }, 3);
  callbacks.call((value) => Promise.reject(value), 4);
  assertEquals(heard, [1]);
  await macrotask();
  assertEquals(errors, [3, 4]);
  assertEquals(callbacks.unreported, 0);
});

test("Callbacks.report() counts what onError does not take", async () => {
  for (
    const failing of [
      () => {
        throw new Error("no");
      },
      () => Promise.reject(new Error("no")),
    ]
  ) {
    const callbacks = new Callbacks(failing);
    callbacks.report("a");
    callbacks.call(() => Promise.reject("b"), undefined);
    await macrotask();
    assertEquals(callbacks.unreported, 2);
  }
});

test("serve() goes on, and ends in order, whatever callbacks throw", async () => {
  const failures = [
    () => {
      throw new Error("no");
    },
    () => Promise.reject(new Error("no")),
  ];
  for (const fail of failures) {
    const server = start({ onListen: fail, onEvent: fail, onError: fail });
    using peer = await Peer.join(server.addr);
    await peer.say("hello");
    assertEquals(await peer.hear(), "hello");
    await peer.hangUp();
    await until(server, (server) => server.stats().clients === 0);
    await server.shutdown();
    assertEquals(server.stats().unreported, 3); // listening, connected, disconnected
  }
});

test("serve() survives an onError that throws when accepting fails", async () => {
  const listener = new FakeListener();
  let failed = false;
  const server = serve({
    listener: {
      addr: listener.addr,
      accept() {
        if (failed) return listener.accept();
        failed = true;
        return Promise.reject(new Error("too many open files"));
      },
      [Symbol.dispose]: () => listener[Symbol.dispose](),
    },
    onError() {
      throw new Error("no");
    },
  });
  await until(server, (server) => server.stats().unreported === 1);
  await server.shutdown();
  assertEquals(server.stats().acceptErrors, 1);
});
