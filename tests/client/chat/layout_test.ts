import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { unicodeWidth } from "@std/cli/unicode-width";
import { layOutFooter, type Size } from "../../../lib/client/chat/footer.ts";
import { Echoes } from "../../../lib/client/chat/echoes.ts";
import { Editor } from "../../../lib/client/chat/editor.ts";
import { clip, layOut } from "../../../lib/client/chat/layout.ts";
import { Palette } from "../../../lib/client/chat/palette.ts";
import { holds } from "../../support/property.ts";
import { test } from "../../support/test.ts";

const PLAIN = new Palette(false);

const STATUS = "127.0.0.1:8080 · 2 in · 1 out";

function typed(text: string, lefts = 0): Editor {
  const editor = new Editor();
  editor.insert(text);
  for (let i = 0; i < lefts; i++) editor.edit("left");
  return editor;
}

function footer(text: string, size: Size, palette = PLAIN, lefts = 0) {
  const content = {
    editor: typed(text, lefts),
    status: STATUS,
    isError: false,
  };
  return layOutFooter(content, size, palette);
}

test("layOut() fills rows and leaves a column for the cursor", () => {
  const rows = (text: string, width: number) =>
    layOut(text, 0, width).rows.map((row) => row.text);
  assertEquals(rows("", 5), [""]);
  assertEquals(rows("abcd", 5), ["abcd"]);
  assertEquals(rows("abcde", 5), ["abcd", "e"]);
  assertEquals(rows("天地天", 5), ["天地", "天"]);
  assertEquals(rows("a天地", 5), ["a天", "地"]);
  assertEquals(rows("e\u0301e\u0301e\u0301", 3), ["e\u0301e\u0301", "e\u0301"]);
  assertEquals(rows("ab\n\ncd\n", 5), ["ab", "", "cd", ""]);
  assertEquals(rows("天", 1), ["天"]);
  assertEquals(rows("a\x1b\tb", 9), ["a␛␉b"]);
});

test("layOut() puts the cursor where the next character goes", () => {
  const at = (text: string, cursor: number, width: number) => {
    const { cursorRow, before, cursorColumn } = layOut(text, cursor, width);
    return [cursorRow, before, cursorColumn];
  };
  assertEquals(at("", 0, 5), [0, "", 0]);
  assertEquals(at("abcd", 4, 5), [0, "abcd", 4]);
  assertEquals(at("abcde", 4, 5), [1, "", 0]);
  assertEquals(at("abcde", 5, 5), [1, "e", 1]);
  assertEquals(at("天地x", 2, 9), [0, "天地", 4]);
  assertEquals(at("ab\ncd", 2, 9), [0, "ab", 2]);
  assertEquals(at("ab\ncd", 3, 9), [1, "", 0]);
  assertEquals(at("ab\n", 3, 9), [1, "", 0]);
});

test("layOut() loses nothing, and no row is too wide", async (t) => {
  const piece = fc.constantFrom("a", " ", "\n", "é", "e\u0301", "天", "👍");
  const text = fc.array(piece, { maxLength: 60 }).map((all) => all.join(""));
  await holds(
    t,
    fc.property(text, fc.integer({ min: 3, max: 90 }), (text, width) => {
      const { rows } = layOut(text, 0, width);
      for (const row of rows) {
        assertEquals(unicodeWidth(row.text), row.width);
        const characters = [...new Intl.Segmenter().segment(row.text)];
        assert(row.width < width || characters.length <= 1 || text !== "");
      }
      const joined = rows.map((row) => row.text).join("");
      assertEquals(
        joined,
        layOut(text, 0, 1e6).rows.map((r) => r.text).join(""),
      );
    }),
  );
});

test("clip() keeps what fits, escaped", () => {
  assertEquals(clip("abc", 3), "abc");
  assertEquals(clip("abc", 2), "ab");
  assertEquals(clip("a天", 2), "a");
  assertEquals(clip("\x1b[2J", 9), "␛[2J");
  assertEquals(clip("abc", 0), "");
});

test("layOutFooter() shows the counter, the text and the status", () => {
  const size = { columns: 80, rows: 24 };
  assertEquals(footer("", size).rows, [" 255 > ", STATUS]);
  assertEquals(footer("hé", size).rows, [" 252 > hé", STATUS]);
  assertEquals(footer("one\ntwo!", size).rows, [
    " 251 > one",
    "     > two!",
    STATUS,
  ]);
  const long = footer("x".repeat(80), size, PLAIN, 1);
  assertEquals(long.rows, [
    ` 175 > ${"x".repeat(72)}`,
    `       ${"x".repeat(8)}`,
    STATUS,
  ]);
  assertEquals(long.above, [79]);
  assertEquals([long.before, long.cursorColumn], [
    `       ${"x".repeat(7)}`,
    14,
  ]);
});

test("layOutFooter() shows the rows around the cursor, and the counter", () => {
  const size = { columns: 27, rows: 5 };
  const text = Array.from("abcdefgh", (one) => one.repeat(19)).join("");
  const rows = (lefts: number) => footer(text, size, PLAIN, lefts).rows;
  const row = (prompt: string, one: string) => prompt + one.repeat(19);
  const status = "127.0.0.1:8080 · 2 in · 1 ";
  assertEquals(rows(0), [
    row(" 103   ", "f"),
    row("       ", "g"),
    row("       ", "h"),
    status,
  ]);
  assertEquals(rows(8 * 19), [
    row(" 103 > ", "a"),
    row("       ", "b"),
    row("       ", "c"),
    status,
  ]);
});

test("layOutFooter() warns when few bytes are left, with colour and without", () => {
  const size = { columns: 300, rows: 24 };
  const first = (bytes: number, palette: Palette) =>
    footer("x".repeat(bytes), size, palette).rows[0]!.split("x")[0];
  assertEquals(first(205, PLAIN), "  50 > ");
  assertEquals(first(245, PLAIN), "  10 > ");
  assertEquals(first(246, PLAIN), "   9 ! ");
  assertEquals(first(255, PLAIN), "   0 ! ");
  assertEquals(first(265, PLAIN), " -10 ! ");
  const colored = new Palette(true);
  assertEquals(first(205, colored), "\x1b[2m  50\x1b[0m > ");
  assertEquals(first(206, colored), "\x1b[33m  49\x1b[0m > ");
  assertEquals(first(246, colored), "\x1b[31m   9\x1b[0m ! ");
});

test("layOutFooter() fits into any window, with the cursor in it", () => {
  const texts = [
    "",
    "hi",
    "word ".repeat(60),
    "a\nb\nc\nd\ne\nf",
    "天".repeat(85),
  ];
  const editors = texts.flatMap((text) =>
    [0, 3, 400].map((lefts) => typed(text, lefts))
  );
  for (const editor of editors) {
    const content = { editor, status: STATUS, isError: false };
    for (const columns of [1, 2, 3, 7, 10, 19, 20, 21, 40, 80]) {
      for (const rows of [1, 2, 3, 4, 5, 10, 24]) {
        const shown = layOutFooter(content, { columns, rows }, PLAIN);
        assert(shown.rows.length <= Math.max(rows - 1, 1));
        const row = shown.rows[shown.above.length]!;
        assert(row.startsWith(shown.before));
        assertEquals(unicodeWidth(shown.before), shown.cursorColumn);
        for (const row of shown.rows) {
          assert(unicodeWidth(row) < columns || [...row].length <= 1);
        }
      }
    }
  }
});

test("layOutFooter() shows the status alone when nothing can be typed", () => {
  const content = { editor: undefined, status: STATUS, isError: true };
  const shown = layOutFooter(content, { columns: 10, rows: 5 }, PLAIN);
  assertEquals(shown.rows, ["", STATUS.slice(0, 9)]);
});

test("Echoes recognises each message once", () => {
  const echoes = new Echoes();
  echoes.sent("a");
  echoes.sent("b");
  echoes.sent("a");
  const received = ["x", "b", "b", "a", "a", "a"];
  assertEquals(received.map((text) => echoes.received(text)), [
    ...[false, true, false],
    ...[true, true, false],
  ]);
});

test("Echoes gives up on the oldest", () => {
  const echoes = new Echoes();
  for (let i = 0; i < 1001; i++) echoes.sent(`${i}`);
  assertEquals([echoes.received("0"), echoes.received("1")], [false, true]);
});
