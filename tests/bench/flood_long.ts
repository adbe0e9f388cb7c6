import { assert } from "@std/assert";
import { OURS, start } from "../stresstest/servers.ts";
import { flood, FRAMED } from "./flood.ts";
import { test } from "../support/test.ts";

test("flood() counts what arrives", async () => {
  await using server = await start(OURS);
  let milliseconds = 200;
  let found = await flood(server, FRAMED, milliseconds);
  // On a busy machine no batch may be sent and delivered in so short a time.
  while (found.p50Microseconds === null && milliseconds < 10_000) {
    found = await flood(server, FRAMED, milliseconds *= 2);
  }
  assert(found.deliveriesPerSecond > 0);
  assert(found.missing >= 0 && found.missing < 1);
  assert(found.p50Microseconds! > 0);
  assert(found.p99Microseconds! >= found.p50Microseconds!);
});
