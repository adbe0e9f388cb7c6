import { assertEquals, assertRejects } from "@std/assert";
import type { Entry } from "../../lib/nats/engine.ts";
import { Reader } from "../../lib/nats/reader.ts";
import { inTime } from "../support/eventually.ts";
import { macrotask } from "../support/jitter.ts";
import { test } from "../support/test.ts";

const DATA = new Uint8Array([1, 2]);

/** An entry as the engine delivers it. */
function delivery(delivered: number, prefix = "") {
  return {
    subject: "zillions.lobby",
    reply: `$JS.ACK.${prefix}ZILLIONS_lobby.consumer.1.${
      delivered + 40
    }.${delivered}.1500000000000000000.7`,
    data: DATA,
  };
}

/** What the engine says instead of an entry. */
function status(code: number, unused = "") {
  return {
    subject: "inbox",
    data: new Uint8Array(),
    headers: {
      code,
      description: "",
      get: (name: string) => name === "Nats-Pending-Messages" ? unused : "",
      set() {},
    },
  };
}

/** A reader that has begun, what it hands out, and how many entries it asks for. */
function begin(onEntry: (entry: Entry) => void | Promise<void> = () => {}) {
  const entries: number[] = [];
  const asked: number[] = [];
  const reader = new Reader((entry) => {
    entries.push(entry.seq);
    return onEntry(entry);
  }, (count) => asked.push(count));
  let isOver = false;
  reader.finished.then(() => isOver = true, () => {});
  reader.start();
  return { reader, entries, asked, isOver: () => isOver };
}

test("Reader: an entry is what its reply subject says, with a domain or without", () => {
  for (const prefix of ["", "domain.account."]) {
    const entries: Entry[] = [];
    const { reader } = begin((entry) => {
      entries.push(entry);
    });
    const message = delivery(1, prefix);
    if (prefix) message.reply += ".token";
    reader.take(null, message);
    const storedAt = 1_500_000_000_000;
    assertEquals(entries, [{ seq: 41, data: DATA, pending: 7, storedAt }]);
  }
});

test("Reader: while an entry takes time those behind it wait, and no more than 64 are asked for", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { reader, entries, asked } = begin(({ seq }) =>
    seq === 41 ? promise : undefined
  );
  for (let n = 1; n <= 64; n++) reader.take(null, delivery(n));
  assertEquals([entries, asked], [[41], [64]]);
  resolve();
  await macrotask();
  assertEquals(entries.length, 64);
  assertEquals(asked, [64, 32, 32]); // half is on its way while half is worked on
});

test("Reader: what an expired request did not get is asked for again; a sign of life is none", () => {
  const { reader, asked } = begin();
  reader.take(null, delivery(1));
  reader.take(null, status(100));
  reader.take(null, status(408, "63"));
  assertEquals(asked, [64, 64]);
});

test("Reader: ends at three silent pauses and more, not before", async () => {
  const { reader, isOver } = begin();
  for (let round = 0; round < 2; round++) {
    for (let n = 0; n < 3; n++) reader.checkSilence();
    reader.take(null, status(100));
  }
  await macrotask();
  assertEquals(isOver(), false);
  for (let n = 0; n < 4; n++) reader.checkSilence();
  await macrotask();
  assertEquals(isOver(), true);
});

const ENDS: Record<string, (reader: Reader) => void> = {
  "a deleted consumer": (reader) => reader.take(null, status(409)),
  "nobody who answers": (reader) => reader.take(null, status(503)),
  "a subscription that fails": (reader) =>
    reader.take(new Error("no"), delivery(1)),
  "an entry that was lost on its way": (reader) =>
    reader.take(null, delivery(2)),
};

for (const [what, happen] of Object.entries(ENDS)) {
  test(`Reader: ends at ${what}, and hands out nothing more`, async () => {
    const { reader, entries } = begin();
    happen(reader);
    await inTime(reader.finished, "the reader to end");
    reader.take(null, delivery(1));
    assertEquals(entries, []);
  });
}

test("Reader: is finished when the last entry is done with", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { reader, entries, isOver } = begin(() => promise);
  reader.take(null, delivery(1));
  reader.take(null, delivery(2));
  reader.end();
  await macrotask();
  assertEquals(isOver(), false);
  resolve();
  await inTime(reader.finished, "the reader to end");
  assertEquals(entries, [41]);
});

test("Reader: fails where an entry does, at once or later", async () => {
  const failures = [
    () => {
      throw new Error("no");
    },
    () => Promise.reject(new Error("no")),
  ];
  for (const fail of failures) {
    const { reader, entries } = begin(fail);
    reader.take(null, delivery(1));
    reader.take(null, delivery(2));
    await assertRejects(() => reader.finished, Error, "no");
    assertEquals(entries, [41]);
  }
});
