import { assert, assertEquals } from "@std/assert";
import { Ledger } from "../../../lib/stresstest/checks/ledger.ts";
import { Violations } from "../../../lib/stresstest/checks/violations.ts";
import { test } from "../../support/test.ts";

/** Two senders, three messages each, two clients. */
function setup() {
  const violations = new Violations();
  return { violations, ledger: new Ledger(6, 2, 2, violations) };
}

test("Ledger.record() counts what each client received", () => {
  const { violations, ledger } = setup();
  for (const message of [0, 1, 2, 3, 4, 5]) {
    assert(ledger.record(0, message));
  }
  for (const message of [1, 5]) assert(ledger.record(1, message));
  ledger.checkAll([3, 3]);
  assertEquals([...ledger.received], [6, 2]);
  assert(violations.none);
});

test("Ledger.record() reports a repeated message", () => {
  const { violations, ledger } = setup();
  ledger.record(0, 0);
  ledger.record(0, 2);
  assert(!ledger.record(0, 0));
  assertEquals([...ledger.received], [2, 0]);
  assertEquals(violations.list(), [{
    verdict: "repeated",
    text:
      "client 1 received message 1 of sender 1 again, after message 2 of sender 1",
  }]);
});

test("Ledger.record() tells a late message from a repeated one", () => {
  const { violations, ledger } = setup();
  ledger.record(1, 4);
  assert(ledger.record(1, 2));
  assert(ledger.record(1, 0));
  assert(!ledger.record(1, 2));
  assertEquals([...ledger.received], [0, 3]);
  assertEquals(violations.list().map(({ verdict }) => verdict), [
    "sender order",
    "sender order",
    "repeated",
  ]);
});

test("Ledger.checkAll() reports a message that was never sent", () => {
  const { violations, ledger } = setup();
  ledger.record(0, 3);
  ledger.checkAll([3, 1]);
  assertEquals(violations.list(), [{
    verdict: "conservation",
    text: "client 1 received message 2 of sender 2, which was never sent",
  }]);
});

test("Ledger.checkAll() names the clients that disagree about the order", () => {
  const { violations, ledger } = setup();
  for (const message of [0, 1]) ledger.record(0, message);
  for (const message of [1, 0]) ledger.record(1, message);
  ledger.checkAll([3, 3]);
  assertEquals(violations.list(), [{
    verdict: "one order",
    text:
      "client 1 received message 1 of sender 1 before message 1 of sender 2; " +
      "client 2 received message 1 of sender 2 before message 1 of sender 1",
  }]);
});

test("Ledger.join() resets a client in the middle of a run", () => {
  const { violations, ledger } = setup();
  for (const message of [0, 2, 1]) ledger.record(0, message);
  ledger.join(0);
  for (const message of [2, 4, 3]) assert(ledger.record(0, message));
  ledger.checkAll([3, 3]);
  assert(violations.none);
});

test("Ledger.next() is the sequence number that should come next", () => {
  const { ledger } = setup();
  assertEquals(ledger.next(0, 1), 0);
  ledger.record(0, 3);
  assertEquals(ledger.next(0, 1), 2);
});
