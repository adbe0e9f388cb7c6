/**
 * That the checker decides what the specification asks for: one order of all
 * messages in which each sender's own stand as sent and of which every client
 * received a subsequence; not merely that no two clients contradict each other.
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Order } from "../../../lib/stresstest/checks/order.ts";
import { holds } from "../../support/property.ts";
import { test } from "../../support/test.ts";

/** What a client received, by the messages' numbers: `sequence * senders + sender`. */
type Log = readonly number[];

/** Whether the checker says that there is one order. */
function checked(messages: number, senders: number, logs: Log[]): boolean {
  const order = new Order(messages, senders);
  logs.forEach((log, client) => {
    for (let at = 1; at < log.length; at++) {
      order.add(client, log[at - 1]!, log[at]!);
    }
  });
  return order.cycle() === undefined;
}

/** Whether there is one order: all are tried. */
function exists(messages: number, senders: number, logs: Log[]): boolean {
  return orders(messages, senders).some((order) =>
    logs.every((log) => isSubsequence(log, order))
  );
}

/** All orders of the messages in which each sender's own stand as sent. */
function orders(messages: number, senders: number): Log[] {
  const sent = [...Array(messages).keys()];
  const logs = Array.from(
    { length: senders },
    (_, sender) => sent.filter((message) => message % senders === sender),
  );
  return permutations(sent).filter((order) =>
    logs.every((log) => isSubsequence(log, order))
  );
}

function permutations(of: Log): Log[] {
  if (of.length === 0) return [[]];
  return of.flatMap((first) =>
    permutations(of.filter((other) => other !== first))
      .map((rest) => [first, ...rest])
  );
}

function isSubsequence(part: Log, whole: Log): boolean {
  let at = 0;
  for (const message of whole) if (message === part[at]) at++;
  return at === part.length;
}

/** All that a client can receive: some of the messages, in any order. */
function receivable(messages: number): Log[] {
  const all = permutations([...Array(messages).keys()])
    .flatMap((order) => order.map((_, end) => order.slice(0, end + 1)));
  return [...new Map(all.map((log) => [log.join(), log])).values(), []];
}

/** Logs of clients that contradict each other all together, but not without any one of them. */
const CONTRADICTIONS: {
  who: string;
  messages: number;
  senders: number;
  logs: Log[];
}[] = [
  {
    who: "three clients",
    messages: 3,
    senders: 3,
    logs: [[0, 1], [1, 2], [2, 0]],
  },
  {
    who: "three clients that received more",
    messages: 6,
    senders: 6,
    logs: [[3, 0, 4, 1], [1, 2], [2, 5, 0]],
  },
  {
    // 0 was sent before 3, 1 before 4, 2 before 5, but nobody received both.
    who: "three clients and three senders",
    messages: 6,
    senders: 3,
    logs: [[3, 1], [4, 2], [5, 0]],
  },
  {
    who: "five clients",
    messages: 5,
    senders: 5,
    logs: [[0, 1], [1, 2], [2, 3], [3, 4], [4, 0]],
  },
];

for (const { who, messages, senders, logs } of CONTRADICTIONS) {
  test(`Order finds a contradiction of ${who}, though any fewer agree`, () => {
    for (const at of logs.keys()) {
      const others = logs.toSpliced(at, 1);
      assert(exists(messages, senders, others));
      assert(checked(messages, senders, others));
    }
    assert(!exists(messages, senders, logs));
    assert(!checked(messages, senders, logs));
  });
}

test("Order agrees with trying all orders, for all that three clients can receive", () => {
  const messages = 4;
  const logs = receivable(messages);
  assertEquals(logs.length, 1 + 4 + 12 + 24 + 24);
  for (const senders of [2, 4]) {
    const possible = orders(messages, senders);
    // Which of the orders each log fits, a bit for each.
    const fits = logs.map((log) =>
      possible.reduce(
        (bits, order, at) => isSubsequence(log, order) ? bits | 1 << at : bits,
        0,
      )
    );
    for (const [a, logA] of logs.entries()) {
      // Messages of a sender each can be renumbered in the order of the first log.
      const free = senders === messages;
      if (free && logA.some((message, at) => message !== at)) continue;
      for (let b = free ? 0 : a; b < logs.length; b++) {
        for (let c = b; c < logs.length; c++) {
          const found = checked(messages, senders, [logA, logs[b]!, logs[c]!]);
          if (found === ((fits[a]! & fits[b]! & fits[c]!) !== 0)) continue;
          throw new Error(
            `${senders} senders: ${logA}; ${logs[b]}; ${logs[c]}: ${found}`,
          );
        }
      }
    }
  }
});

test("Order agrees with trying all orders, for more clients and messages", async (t) => {
  const messages = 6;
  const all = [...Array(messages).keys()];
  const log = fc.shuffledSubarray(all);
  // Nearly one order: neighbours change places, and many a circle is long.
  const similar = fc.tuple(fc.subarray(all), fc.array(fc.nat(4))).map(
    ([log, swaps]) => {
      for (const at of swaps.filter((at) => at + 1 < log.length)) {
        [log[at], log[at + 1]] = [log[at + 1]!, log[at]!];
      }
      return log;
    },
  );
  const verdicts = { true: 0, false: 0 };
  const many = await holds(
    t,
    fc.property(
      fc.constantFrom(1, 2, 3, 6),
      fc.array(fc.oneof(log, similar, similar), {
        minLength: 2,
        maxLength: 5,
      }),
      (senders, logs) => {
        const found = checked(messages, senders, logs);
        assertEquals(found, exists(messages, senders, logs));
        verdicts[`${found}`]++;
      },
    ),
    500,
  );
  if (many) assert(Object.values(verdicts).every((count) => count > 20));
});
