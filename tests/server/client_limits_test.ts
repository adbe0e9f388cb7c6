import { assertEquals } from "@std/assert";
import { ClientLimits } from "../../lib/server/client_limits.ts";
import { test } from "../support/test.ts";

function at(hostname: string): Deno.NetAddr {
  return { transport: "tcp", hostname, port: 1 };
}

test("ClientLimits: as many as there are, and one more when one is given back", () => {
  const limits = new ClientLimits({ maxClients: 2, maxClientsPerAddress: 2 });
  assertEquals(limits.admit(at("192.0.2.1")), undefined);
  assertEquals(limits.admit(at("192.0.2.1")), undefined);
  assertEquals(limits.admit(at("192.0.2.2")), "maxClients");
  limits.release(at("192.0.2.1"));
  assertEquals(limits.admit(at("192.0.2.2")), undefined);
  assertEquals(limits.admit(at("192.0.2.2")), "maxClients");
});

test("ClientLimits: as many for each address, and others are not concerned", () => {
  const limits = new ClientLimits({ maxClients: 5, maxClientsPerAddress: 2 });
  assertEquals(limits.admit(at("192.0.2.1")), undefined);
  assertEquals(limits.admit(at("::ffff:192.0.2.1")), undefined);
  assertEquals(limits.admit(at("192.0.2.1")), "maxClientsPerAddress");
  assertEquals(limits.admit(at("2001:db8::1")), undefined);
  assertEquals(limits.admit(at("2001:db8::2")), undefined);
  assertEquals(limits.admit(at("2001:db8::3")), "maxClientsPerAddress");
  limits.release(at("2001:db8::2"));
  assertEquals(limits.admit(at("2001:db8::3")), undefined);
  assertEquals(limits.admit(at("192.0.2.1")), "maxClientsPerAddress");
  assertEquals(limits.admit(at("192.0.2.2")), undefined);
  assertEquals(limits.admit(at("192.0.2.3")), "maxClients");
});

test("ClientLimits: a client that is turned away takes none", () => {
  const limits = new ClientLimits({ maxClients: 3, maxClientsPerAddress: 1 });
  assertEquals(limits.admit(at("192.0.2.1")), undefined);
  for (let n = 0; n < 10; n++) {
    assertEquals(limits.admit(at("192.0.2.1")), "maxClientsPerAddress");
  }
  assertEquals(limits.admit(at("192.0.2.2")), undefined);
  assertEquals(limits.admit(at("192.0.2.3")), undefined);
  limits.release(at("192.0.2.1"));
  assertEquals(limits.admit(at("192.0.2.1")), undefined);
});

test("ClientLimits: where clients have no addresses, only their number counts", () => {
  const unix: Deno.UnixAddr = { transport: "unix", path: "" };
  const limits = new ClientLimits({ maxClients: 3, maxClientsPerAddress: 1 });
  for (let n = 0; n < 3; n++) assertEquals(limits.admit(unix), undefined);
  assertEquals(limits.admit(unix), "maxClients");
  limits.release(unix);
  assertEquals(limits.admit(unix), undefined);
});

test("ClientLimits: only those that are there are remembered", () => {
  const clientsFrom = new Map<string | undefined, number>();
  const limits = new ClientLimits(
    { maxClients: 9, maxClientsPerAddress: 3 },
    clientsFrom,
  );
  for (let n = 0; n < 3; n++) limits.admit(at("192.0.2.1"));
  limits.release(at("192.0.2.1"));
  assertEquals(limits.admit(at("192.0.2.1")), undefined);
  assertEquals(limits.admit(at("192.0.2.1")), "maxClientsPerAddress");
  for (const left of [[2], [1], []]) {
    limits.release(at("192.0.2.1"));
    assertEquals([...clientsFrom.values()], left);
  }
});
