// deno-lint-ignore-file no-control-regex -- colours are control sequences
import { assertEquals } from "@std/assert";
import { decodeText, formatMessage } from "../../../lib/client/chat/message.ts";
import { Palette } from "../../../lib/client/chat/palette.ts";
import { test } from "../../support/test.ts";

test("decodeText() keeps a byte order mark, and knows what is not UTF-8", () => {
  const decode = (...bytes: number[]) => decodeText(Uint8Array.from(bytes));
  assertEquals(decode(), "");
  assertEquals(decode(0xef, 0xbb, 0xbf, 0x61), "\ufeffa");
  assertEquals(decode(0xc3), undefined);
});

test("formatMessage() shows when, whose and what", () => {
  const time = new Date(2026, 0, 2, 3, 4, 5);
  const plain = new Palette(false);
  const line = (text: string | undefined, own = false) =>
    formatMessage({ text, own, time }, plain);
  assertEquals(line("hi"), "03:04:05   hi");
  assertEquals(line("hi", true), "03:04:05 › hi");
  assertEquals(line(""), "03:04:05   ");
  assertEquals(line(undefined), "03:04:05   [received non-utf8 data]");
  assertEquals(line("a: \x1b[2J\r\n"), "03:04:05   a: ␛[2J␍␊");
});

test("formatMessage() gives a name one colour, and only a name", () => {
  const time = new Date(2026, 0, 2, 3, 4, 5);
  const line = (text: string) =>
    formatMessage({ text, own: false, time }, new Palette(true)).split(
      "   ",
    )[1]!;
  const colored = /^\x1b\[3[2-6]m(?<name>.*)\x1b\[0m(?<rest>.*)$/;
  const { name, rest } = line("alice: hi").match(colored)!.groups!;
  assertEquals([name, rest], ["alice:", " hi"]);
  assertEquals(line("alice: hi").slice(0, 5), line("alice: ho").slice(0, 5));
  assertEquals(line("no name here"), "no name here");
  assertEquals(line("https://example.com/"), "https://example.com/");
  assertEquals(line(`${"long ".repeat(9)}: x`), `${"long ".repeat(9)}: x`);
  assertEquals(line("\x1b[31: x").match(colored)!.groups!["name"], "␛[31:");
});
