import { assertEquals, assertMatch } from "@std/assert";
import { quote } from "../../lib/wire/quote.ts";

Deno.test("quote() leaves plain text as it is", () => {
  for (const text of ["", "plain", "é 天地 👍", "it's"]) {
    assertEquals(quote(text), `"${text}"`);
  }
});

Deno.test("quote() shows what a terminal would act on", () => {
  assertEquals(
    quote('a"\n\x1b[2J\x7f\x9b\u202e\u2028\u{e0001}'),
    String.raw`"a\"\n\u001b[2J\u007f\u009b\u202e\u2028\udb40\udc01"`,
  );
  assertEquals(quote(String.fromCharCode(0xd800)), String.raw`"\ud800"`);
  const all = String.fromCharCode(...Array(0x100).keys());
  assertMatch(quote(all), /^[^\p{Cc}]*$/u);
});
