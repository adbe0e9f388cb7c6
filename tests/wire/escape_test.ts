// deno-lint-ignore-file no-control-regex -- they are what this is about
import { assertEquals, assertMatch } from "@std/assert";
import { escape } from "../../lib/wire/escape.ts";
import { test } from "../support/test.ts";

test("escape() leaves text alone", () => {
  const text = "Grüße, 天地 e\u0301 👩‍👩‍👧 می‌خواهم \ue0b0 [31m \\x1b";
  assertEquals(escape(text), text);
});

test("escape() shows each control character", () => {
  for (let code = 0; code < 0x20; code++) {
    const picture = String.fromCodePoint(0x2400 + code);
    assertEquals(escape(`a${String.fromCodePoint(code)}b`), `a${picture}b`);
  }
  assertEquals(escape("\x1b[31m\r\n\t\x7f"), "␛[31m␍␊␉␡");
  for (let code = 0x80; code < 0xa0; code++) {
    const hex = code.toString(16);
    assertEquals(escape(String.fromCodePoint(code)), `\\x${hex}`);
  }
});

test("escape() shows what is invisible, reorders or separates lines", () => {
  const ranges = [
    [0xad, 0xad],
    [0x61c, 0x61c],
    [0x180e, 0x180e],
    [0x200b, 0x200b],
    [0x200e, 0x200f],
    [0x2028, 0x202e],
    [0x2060, 0x206f],
    [0xfeff, 0xfeff],
    [0xfff9, 0xfffb],
    [0xfffe, 0xffff],
    [0xe0001, 0xe007f],
    [0x10ffff, 0x10ffff],
  ] as const;
  for (const [from, to] of ranges) {
    for (let code = from; code <= to; code++) {
      const character = String.fromCodePoint(code);
      const hex = code.toString(16);
      const shown = code < 0x100 ? `\\x${hex}` : `\\u{${hex}}`;
      assertEquals(escape(character), shown);
    }
  }
});

test("escape() changes nothing that was escaped", () => {
  const escaped = escape("\x1b[2J \x9b \u202e \ud800");
  assertEquals(escape(escaped), escaped);
});

test("escape() lets no byte through that acts on a terminal", () => {
  for (let byte = 0; byte < 256; byte++) {
    for (const text of [latin1([byte]), utf8([byte]), utf8([0xc2, byte])]) {
      assertMatch(escape(text), /^[^\x00-\x1f\x7f-\x9f]*$/);
    }
  }
});

function latin1(bytes: number[]): string {
  return String.fromCharCode(...bytes);
}

function utf8(bytes: number[]): string {
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
