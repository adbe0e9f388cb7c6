import { assertEquals } from "@std/assert";
import { resolveOptions } from "../../lib/server/options.ts";
import { test } from "../support/test.ts";

test("resolveOptions() fills in the defaults that the documentation names", () => {
  const { hub: _hub, publisher: _publisher, onError, ...rest } = resolveOptions(
    {},
  );
  assertEquals(rest, {
    maxClients: 65_536,
    maxClientsPerAddress: 65_536,
    maxRate: Infinity,
    stallTimeout: 60_000,
    drainTimeout: 5_000,
  });
  assertEquals(onError(new Error("nobody listens")), undefined);
  assertEquals(resolveOptions({ maxClients: 3 }).maxClientsPerAddress, 3);
});
