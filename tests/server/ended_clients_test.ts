import { assert, assertEquals } from "@std/assert";
import type { ConnectedClient } from "../../lib/server/client.ts";
import { EndedClients } from "../../lib/server/ended_clients.ts";
import { test } from "../support/test.ts";

/** A client that is known by its number. */
function client(number: number): ConnectedClient {
  return {
    client: number,
    remoteAddr: { transport: "tcp", hostname: "192.0.2.1", port: number },
    protocol: "tcp",
    since: 7,
    messagesIn: 1,
    bytesIn: 2,
    messagesOut: 3,
    bytesOut: 4,
    dropped: 5,
    lag: 6,
    state: "ending",
    disconnect() {},
  };
}

test("EndedClients remembers what is known of a client, and how it ended", () => {
  const clients = new EndedClients();
  const before = Date.now();
  clients.add(client(1), "reset");
  const { lag: _lag, state: _state, disconnect: _, ...facts } = client(1);
  const [{ until, ...ended } = { until: 0 }] = clients.list;
  assertEquals(ended, { ...facts, reason: "reset" });
  assert(until >= before && until <= Date.now());
});

test("EndedClients remembers the newest 200, the newest last", () => {
  const clients = new EndedClients();
  const numbers = () => clients.list.map(({ client }) => client);
  for (let n = 1; n <= 200; n++) clients.add(client(n), "ended");
  assertEquals([numbers()[0], numbers().length], [1, 200]);
  clients.add(client(201), "ended");
  assertEquals([numbers()[0], numbers().at(-1)], [2, 201]);
  assertEquals(numbers().length, 200);
});
