import { assert } from "@std/assert";
import { OURS, start } from "../stresstest/servers.ts";
import { flood, FRAMED } from "./flood.ts";
import { test } from "../support/test.ts";

test("flood() counts what arrives", async () => {
  await using server = await start(OURS);
  const found = await flood(server, FRAMED, 200);
  assert(found.deliveriesPerSecond > 0);
  assert(found.missing >= 0 && found.missing < 1);
  assert(found.p50Microseconds! > 0);
  assert(found.p99Microseconds! >= found.p50Microseconds!);
});
