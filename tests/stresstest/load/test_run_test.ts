import { assertEquals } from "@std/assert";
import { TestRun } from "../../../lib/stresstest/load/test_run.ts";
import type { ServerEnd } from "../../../lib/stresstest/target/server_end.ts";
import { NEVER, RUNNING } from "../servers.ts";
import { test } from "../../support/test.ts";

/** A run against a server to which no client connects. */
function testRunOf(ended: Promise<ServerEnd>, timeout = 20_000): TestRun {
  return new TestRun({
    ...RUNNING,
    ended,
    connect: () => Promise.reject(new Error("not here")),
  }, { stop: NEVER, timeout });
}

/** The violations, each as a line. */
function violations({ violations }: TestRun): string[] {
  return violations.list().map(({ verdict, text }) => `${verdict}: ${text}`);
}

test("TestRun.fail() ends the run; only the first call counts", async () => {
  const testRun = testRunOf(new Promise(() => {}));
  testRun.fail("stalled", "one");
  testRun.fail("died", "two");
  assertEquals(testRun.stopped, true);
  await testRun.pause(1_000_000);
  assertEquals(await testRun.connections.open(1), []);
  await testRun.finish();
  assertEquals(violations(testRun), ["stalled: one"]);
});

test("TestRun fails when the server ends", async () => {
  const { promise, resolve } = Promise.withResolvers<ServerEnd>();
  const testRun = testRunOf(promise);
  resolve({ how: "exit status 3", lastLine: "out of luck" });
  await testRun.pause(1_000_000);
  await testRun.finish();
  assertEquals(violations(testRun), [
    "died: the server ended with exit status 3 while clients connected; its last line: out of luck",
  ]);
});

test("TestRun fails when a message was sent and nothing is delivered", async () => {
  const testRun = testRunOf(new Promise(() => {}), 1);
  testRun.noteDelivery();
  testRun.noteSent();
  await testRun.pause(1_000_000);
  await testRun.finish();
  assertEquals(violations(testRun), [
    "stalled: nothing was delivered for 0.001 s though messages were sent",
  ]);
});
