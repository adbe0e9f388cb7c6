import { assertEquals } from "@std/assert";
import { Outstanding } from "../../../lib/web/page/outstanding.ts";
import { test } from "../../support/test.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

test("Outstanding.take() knows each sent message once, whatever comes between", () => {
  const outstanding = new Outstanding();
  for (const text of ["a", "b", "a"]) outstanding.add(bytes(text));
  const taken = ["b", "", "ab", "a", "a", "a", "b"]
    .map((text) => outstanding.take(bytes(text)));
  assertEquals(taken, [true, false, false, true, true, false, false]);
  assertEquals(outstanding.isEmpty, true);
});

test("Outstanding.clear() waits for nothing any more", () => {
  const outstanding = new Outstanding();
  outstanding.add(bytes("a"));
  assertEquals(outstanding.isEmpty, false);
  outstanding.clear();
  assertEquals(outstanding.isEmpty, true);
  assertEquals(outstanding.take(bytes("a")), false);
});

test("Outstanding waits for the newest 1,000 messages", () => {
  const outstanding = new Outstanding();
  for (let n = 0; n <= 1000; n++) outstanding.add(bytes(`${n}`));
  assertEquals(outstanding.take(bytes("0")), false);
  assertEquals(outstanding.take(bytes("1")), true);
  assertEquals(outstanding.take(bytes("1000")), true);
});
