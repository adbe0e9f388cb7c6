import { assertEquals } from "@std/assert";
import {
  formatNumber,
  hourAndMinute,
  messageText,
  quantity,
  timeOfDay,
} from "../../../lib/web/page/message_text.ts";
import { test } from "../../support/test.ts";

const show = (text: string) => messageText(new TextEncoder().encode(text));

test("messageText() tells a name from what is said", () => {
  assertEquals(show("alice: hi: you"), {
    name: "alice:",
    text: " hi: you",
    isUtf8: true,
  });
  for (const text of ["", "hi", ": hi", "https://example.com/"]) {
    assertEquals(show(text), { name: "", text, isUtf8: true });
  }
});

test("messageText() makes controls and bidirectional characters visible", () => {
  assertEquals(show("\0\x1b[2J\r\n\x7f").text, "␀␛[2J␍␊␡");
  assertEquals(show("\u202egnp.exe").text, "\\u{202e}gnp.exe");
  assertEquals(show("a\u2066: b").name, "a\\u{2066}:");
  assertEquals(show("<b>&amp;</b>").text, "<b>&amp;</b>");
});

test("messageText() says what is not UTF-8", () => {
  const half = new TextEncoder().encode("😀").subarray(0, 2);
  assertEquals(messageText(half), {
    name: "",
    text: "not UTF-8: 2 bytes",
    isUtf8: false,
  });
});

test("numbers and times are as people read them", () => {
  const time = new Date(2026, 0, 2, 3, 4, 5).getTime();
  assertEquals(hourAndMinute(time), "03:04");
  assertEquals(timeOfDay(time), "03:04:05");
  assertEquals(formatNumber(1234567), "1,234,567");
  assertEquals(
    [0, 1, 1204].map((n) => quantity(n, "message")),
    ["0 messages", "1 message", "1,204 messages"],
  );
});
