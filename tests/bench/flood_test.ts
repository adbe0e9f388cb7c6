import { assert } from "@std/assert";
import { OURS, start } from "../stresstest/servers.ts";
import { flood, FRAMED } from "./flood.ts";
import { test } from "../support/test.ts";

test("flood() counts what arrives", async () => {
  await using server = await start(OURS);
  const { deliveriesPerSecond, missing } = await flood(server, FRAMED, 200);
  assert(deliveriesPerSecond > 0);
  assert(missing >= 0 && missing < 1);
});
