import { assert, assertEquals } from "@std/assert";
import { Ledger } from "../../../lib/stresstest/checks/ledger.ts";
import { Violations } from "../../../lib/stresstest/checks/violations.ts";

/** Two senders, three messages each, two clients. */
function setup() {
  const violations = new Violations();
  return { violations, ledger: new Ledger(6, 2, 2, violations) };
}

Deno.test("Ledger.enter() counts what each client received", () => {
  const { violations, ledger } = setup();
  for (const message of [0, 1, 2, 3, 4, 5]) {
    assert(ledger.enter(0, message));
  }
  for (const message of [1, 5]) assert(ledger.enter(1, message));
  ledger.close([3, 3]);
  assertEquals([...ledger.received], [6, 2]);
  assert(violations.none);
});

Deno.test("Ledger.enter() tells a repeated message", () => {
  const { violations, ledger } = setup();
  ledger.enter(0, 0);
  ledger.enter(0, 2);
  assert(!ledger.enter(0, 0));
  assertEquals([...ledger.received], [2, 0]);
  assertEquals(violations.list(), [{
    verdict: "repeated",
    text:
      "client 1 received message 1 of sender 1 again, after message 2 of sender 1",
  }]);
});

Deno.test("Ledger.enter() tells a late message from a repeated one", () => {
  const { violations, ledger } = setup();
  ledger.enter(1, 4);
  assert(ledger.enter(1, 2));
  assert(ledger.enter(1, 0));
  assert(!ledger.enter(1, 2));
  assertEquals([...ledger.received], [0, 3]);
  assertEquals(violations.list().map(({ verdict }) => verdict), [
    "sender order",
    "sender order",
    "repeated",
  ]);
});

Deno.test("Ledger.close() tells a message that was never sent", () => {
  const { violations, ledger } = setup();
  ledger.enter(0, 3);
  ledger.close([3, 1]);
  assertEquals(violations.list(), [{
    verdict: "conservation",
    text: "client 1 received message 2 of sender 2, which was never sent",
  }]);
});

Deno.test("Ledger.close() names who disagrees about the order", () => {
  const { violations, ledger } = setup();
  for (const message of [0, 1]) ledger.enter(0, message);
  for (const message of [1, 0]) ledger.enter(1, message);
  ledger.close([3, 3]);
  assertEquals(violations.list(), [{
    verdict: "one order",
    text:
      "client 1 received message 1 of sender 1 before message 1 of sender 2; " +
      "client 2 received message 1 of sender 2 before message 1 of sender 1",
  }]);
});

Deno.test("Ledger.join() begins anew in the middle", () => {
  const { violations, ledger } = setup();
  for (const message of [0, 2, 1]) ledger.enter(0, message);
  ledger.join(0);
  for (const message of [2, 4, 3]) assert(ledger.enter(0, message));
  ledger.close([3, 3]);
  assert(violations.none);
});

Deno.test("Ledger.next() is what should come", () => {
  const { ledger } = setup();
  assertEquals(ledger.next(0, 1), 0);
  ledger.enter(0, 3);
  assertEquals(ledger.next(0, 1), 2);
});

Deno.test("Violations keeps the first few of a kind and counts the rest", () => {
  const violations = new Violations();
  for (let n = 0; n < 100; n++) violations.add("damaged", () => `message ${n}`);
  violations.add("hung", () => "nothing");
  assertEquals(violations.list().map(({ text }) => text), [
    "message 0",
    "message 1",
    "message 2",
    "message 3",
    "message 4",
    "and 95 more",
    "nothing",
  ]);
});
