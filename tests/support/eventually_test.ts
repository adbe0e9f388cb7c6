import { assertEquals, assertRejects } from "@std/assert";
import { eventually, inTime, NeverError } from "./eventually.ts";
import { test } from "./test.ts";

/** Long enough for some looks, in milliseconds. */
const PATIENCE = 20;

test("eventually() looks until it is so, and gives what it saw", async () => {
  let looks = 0;
  assertEquals(await eventually("three", () => ++looks, (n) => n === 3), 3);
  assertEquals(looks, 3);
});

test("eventually() says what never came, and what it saw last", async () => {
  await assertRejects(
    () =>
      eventually("clients", () => ({ clients: 2 }), () => false, {
        patience: PATIENCE,
      }),
    NeverError,
    "Waited 0.02 s for clients; there is { clients: 2 }",
  );
});

test("eventually() does not wait for a look that hangs", async () => {
  await assertRejects(
    () =>
      eventually("an answer", () => new Promise(() => {}), () => true, {
        patience: PATIENCE,
      }),
    NeverError,
    "Waited 0.02 s for an answer",
  );
});

test("inTime() passes on what comes, and says what does not", async () => {
  assertEquals(await inTime(Promise.resolve(1), "one"), 1);
  const broken = Promise.reject(new RangeError("broken"));
  await assertRejects(() => inTime(broken), RangeError, "broken");
  await assertRejects(
    () =>
      inTime(new Promise(() => {}), "bytes", {
        patience: PATIENCE,
        seen: () => "3 of 4",
      }),
    NeverError,
    'Waited 0.02 s for bytes; there is "3 of 4"',
  );
});
