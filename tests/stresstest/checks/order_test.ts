import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Order } from "../../../lib/stresstest/checks/order.ts";
import { holds } from "../../support/property.ts";
import { test } from "../../support/test.ts";

function see(order: Order, client: number, ...messages: number[]): void {
  for (let at = 1; at < messages.length; at++) {
    order.add(client, messages[at - 1]!, messages[at]!);
  }
}

test("Order finds no cycle if all clients received one sequence", () => {
  const order = new Order(6, 2);
  for (const client of [0, 1, 2]) see(order, client, 0, 1, 3, 2, 5, 4);
  assertEquals(order.cycle(), undefined);
});

test("Order names two clients that disagree", () => {
  const order = new Order(6, 2);
  see(order, 0, 0, 1, 2, 3);
  see(order, 1, 0, 1, 3, 2);
  const cycle = order.cycle()!;
  assertEquals(cycle.length, 2);
  assertEquals(
    cycle.map(({ before, after, client }) => [before, after, client]).sort(),
    [[2, 3, 0], [3, 2, 1]],
  );
});

test("Order uses the sender's order of messages that no client received both of", () => {
  // Sender 0 sends 0, 2; sender 1 sends 1, 3. One client has 2 before 1, the
  // other 3 before 0: each is possible, both together are not.
  const order = new Order(4, 2);
  see(order, 0, 2, 1);
  see(order, 1, 3, 0);
  const cycle = order.cycle()!;
  assertEquals(cycle.length, 4);
  assertEquals(cycle.filter(({ client }) => client === undefined).length, 2);
});

test("Order finds no cycle in subsequences of one sequence", async (t) => {
  await holds(
    t,
    fc.property(
      fc.array(fc.nat(3), { minLength: 2, maxLength: 60 }),
      fc.array(fc.infiniteStream(fc.boolean()), { minLength: 1, maxLength: 6 }),
      (senders, clients) => {
        const { order, sequence } = sequenceOf(senders);
        clients.forEach((keeps, client) =>
          see(order, client, ...sequence.filter(() => keeps.next().value))
        );
        assertEquals(order.cycle(), undefined);
      },
    ),
  );
});

test("Order finds a swapped pair, whatever else is lost", async (t) => {
  await holds(
    t,
    fc.property(
      fc.array(fc.nat(3), { minLength: 2, maxLength: 60 }),
      fc.nat(),
      fc.infiniteStream(fc.boolean()),
      (senders, where, keeps) => {
        const { order, sequence } = sequenceOf(senders);
        const at = where % (sequence.length - 1);
        see(order, 0, ...sequence);
        const swapped = sequence.with(at, sequence[at + 1]!)
          .with(at + 1, sequence[at]!);
        see(
          order,
          1,
          ...swapped.filter((_, n) =>
            n === at || n === at + 1 || keeps.next().value
          ),
        );
        assert(order.cycle());
      },
    ),
  );
});

test("Order counts deliveries that it has no memory for", () => {
  // Each client gets two neighbours of its own: no edge is implied by others.
  const order = new Order(4000, 4000, 1024);
  for (let after = 1; after < 4000; after++) order.add(after, 0, after);
  assertEquals(order.unchecked, 3999 - 1 - 1024);
  assertEquals(order.cycle(), undefined);
});

test("Order finds a cycle among many edges of one message", () => {
  const order = new Order(4000, 4000);
  for (let after = 1; after < 4000; after++) order.add(after, 0, after);
  order.add(7, 3999, 0);
  assertEquals(order.unchecked, 0);
  assertEquals(order.cycle()?.toSorted((a, b) => a.before - b.before), [
    { before: 0, after: 3999, client: 3999 },
    { before: 3999, after: 0, client: 7 },
  ]);
});

/** A sequence in which the senders take turns as given. */
function sequenceOf(turns: number[]): { order: Order; sequence: number[] } {
  const sent = [0, 0, 0, 0];
  const sequence = turns.map((sender) => 4 * sent[sender]!++ + sender);
  return { order: new Order(4 * Math.max(...sent), 4), sequence };
}
