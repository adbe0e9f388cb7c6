import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { holds } from "./property.ts";
import { test } from "./test.ts";

test("holds() says how to see a failing example again, and does it", async (t) => {
  const tried: number[] = [];
  const property = fc.property(fc.nat(1_000_000), (n) => {
    tried.push(n);
    assert(n < 1000);
  });
  const { message } = await assertRejects(() => holds(t, property), Error);
  assert(message.includes(`--filter '${t.name}'`), message);
  const replay = message.match(/FC_SEED=(\S+) FC_PATH=(\S+) deno test/);
  const failing = tried.findLast((n) => n >= 1000);
  tried.length = 0;
  const env = new Map([["FC_SEED", replay![1]!], ["FC_PATH", replay![2]!]]);
  await assertRejects(() => holds(t, property, undefined, env), Error);
  assertEquals(tried, [failing]);
});
