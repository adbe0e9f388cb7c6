import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { holds } from "./property.ts";

Deno.test("holds() says how to see a failing example again, and does it", async (t) => {
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
  Deno.env.set("FC_SEED", replay![1]!);
  Deno.env.set("FC_PATH", replay![2]!);
  try {
    await assertRejects(() => holds(t, property), Error);
  } finally {
    Deno.env.delete("FC_SEED");
    Deno.env.delete("FC_PATH");
  }
  assertEquals(tried, [failing]);
});
