import { assertEquals, assertThrows } from "@std/assert";
import { MAX_DURATION, resolveOptions } from "../../lib/server/options.ts";
import { FakeListener } from "../support/socket.ts";
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

const SAFE = Number.MAX_SAFE_INTEGER;

test("resolveOptions() takes whole numbers within their bounds, and says which is none", () => {
  // A timer that is set to 2^31 ms fires at once.
  assertEquals(MAX_DURATION, 2 ** 31 - 1);
  for (
    const [name, min, max] of [
      ["maxClients", 1, SAFE],
      ["maxClientsPerAddress", 1, SAFE],
      ["maxRate", 1, SAFE],
      ["stallTimeout", 0, MAX_DURATION],
      ["drainTimeout", 0, MAX_DURATION],
    ] as const
  ) {
    for (const value of [min, min + 1, max]) {
      assertEquals(resolveOptions({ [name]: value })[name], value);
    }
    for (const value of [min - 1, 1.5, max + 1, NaN, -Infinity, Infinity]) {
      if (name === "maxRate" && value === Infinity) continue; // no limit
      assertThrows(
        () => resolveOptions({ [name]: value }),
        RangeError,
        `Cannot serve with a ${name} of ${value}: it is a whole number from ${min} to ${max}`,
      );
    }
  }
});

test("resolveOptions() takes a listener or an address, not both", () => {
  const listener = new FakeListener();
  resolveOptions({ listener });
  resolveOptions({ port: 0, hostname: "::1" });
  for (const address of [{ port: 0 }, { hostname: "::1" }]) {
    assertThrows(
      () => resolveOptions({ listener, ...address }),
      TypeError,
      "Cannot serve with a listener and an address",
    );
  }
});
