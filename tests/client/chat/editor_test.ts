import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { Editor } from "../../../lib/client/chat/editor.ts";
import { History } from "../../../lib/client/chat/history.ts";
import type { Command } from "../../../lib/client/chat/key_decoder.ts";
import { holds } from "../../support/property.ts";
import { test } from "../../support/test.ts";

/** What an editor shows, with `|` for the cursor, after `commands`. */
function edit(start: string, ...commands: (Command | { text: string })[]) {
  const editor = new Editor();
  const [before, after = ""] = start.split("|") as [string, string?];
  editor.insert(before + after);
  for (const _ of after) if (editor.before !== before) editor.edit("left");
  for (const command of commands) {
    if (typeof command === "string") editor.edit(command);
    else editor.insert(command.text);
  }
  return `${editor.before}|${editor.text.slice(editor.before.length)}`;
}

test("Editor types where the cursor is", () => {
  assertEquals(edit("ab|cd", { text: "XY" }), "abXY|cd");
  assertEquals(edit("|", { text: "é" }, { text: "天" }), "é天|");
});

test("Editor moves by characters as people count them", () => {
  for (const one of ["a", "é", "e\u0301", "天", "👍🏽", "👩‍👩‍👧", "🇫🇷", "한", "한"]) {
    assertEquals(edit(`x${one}y|`, "left", "left"), `x|${one}y`);
    assertEquals(edit(`x|${one}y`, "right"), `x${one}|y`);
    assertEquals(edit(`x${one}|y`, "backspace"), "x|y");
    assertEquals(edit(`x|${one}y`, "delete"), "x|y");
  }
  assertEquals(edit("|ab", "left", "backspace"), "|ab");
  assertEquals(edit("ab|", "right", "delete"), "ab|");
});

test("Editor keeps the cursor behind what a typed mark joins", () => {
  assertEquals(edit("e|x", { text: "\u0301" }), "e\u0301|x");
  assertEquals(edit("👩|x", { text: "\u200d" }, { text: "👧" }), "👩‍👧|x");
  assertEquals(
    edit("e|-", { text: "\n" }, "right", { text: "\u0301" }, "left"),
    "e\n|-\u0301",
  );
  assertEquals(edit("e\n|\u0301", "backspace"), "e\u0301|");
});

test("Editor moves and deletes by words and lines", () => {
  assertEquals(edit("one two-three|", "wordLeft"), "one two-|three");
  assertEquals(
    edit("one two-three|", "wordLeft", "wordLeft"),
    "one |two-three",
  );
  assertEquals(edit("|grüße 天地 x", "wordRight"), "grüße| 天地 x");
  assertEquals(edit("|  one", "wordLeft"), "|  one");
  assertEquals(edit("one|", "wordRight"), "one|");
  assertEquals(edit("one two-three  |", "killWordBefore"), "one |");
  assertEquals(edit("one |two-three", "killWordAfter"), "one |-three");
  assertEquals(edit("one| two", "killBefore"), "| two");
  assertEquals(edit("one| two", "killAfter"), "one|");
  assertEquals(edit("one| two", "killAfter", "home", "yank"), " two|one");
  assertEquals(edit("one| two", "home"), "|one two");
  assertEquals(edit("one| two", "end"), "one two|");
});

test("Editor keeps to the line, of several", () => {
  assertEquals(edit("a\nbc|d\ne", "home"), "a\n|bcd\ne");
  assertEquals(edit("a\nbc|d\ne", "end"), "a\nbcd|\ne");
  assertEquals(edit("a\nbc|d\ne", "killBefore"), "a\n|d\ne");
  assertEquals(edit("a\n|d\ne", "killBefore"), "a|d\ne");
  assertEquals(edit("a\nbc|d\ne", "killAfter"), "a\nbc|\ne");
  assertEquals(edit("a\nbc|\ne", "killAfter"), "a\nbc|e");
  assertEquals(edit("a\n|b", "left"), "a|\nb");
});

test("Editor counts the bytes of the cursor's line", () => {
  const editor = new Editor();
  editor.insert("long line\n天é");
  assertEquals(editor.bytes, 5);
  editor.edit("home");
  editor.edit("left");
  assertEquals(editor.bytes, 9);
});

test("Editor replaces the text and goes behind the line asked for", () => {
  const editor = new Editor();
  editor.replace("a\nbb\nc", 1);
  assertEquals(editor.before, "a\nbb");
  editor.replace("a\nbb\nc");
  assertEquals(editor.before, "a\nbb\nc");
});

test("Editor leaves out what is too much, and says so", () => {
  const editor = new Editor();
  assert(editor.insert("x".repeat(8191)));
  assert(!editor.insert("👍"));
  assert(editor.text.isWellFormed());
  assert(editor.text.length <= 8192);
  assert(!editor.insert("more"));
});

test("Editor keeps the cursor between graphemes, whatever is pressed", async (t) => {
  const pieces = [
    "a",
    " ",
    "\n",
    "e\u0301",
    "\u0301",
    "👩",
    "\u200d",
    "🇫",
    "天",
  ];
  const commands: Command[] = [
    ...["left", "right", "wordLeft", "wordRight", "home", "end"] as const,
    ...["backspace", "delete", "killBefore", "killAfter"] as const,
    ...["killWordBefore", "killWordAfter", "yank"] as const,
  ];
  const key = fc.oneof(
    fc.constantFrom(...commands),
    fc.constantFrom(...pieces).map((text) => ({ text })),
  );
  const graphemes = new Intl.Segmenter();
  await holds(
    t,
    fc.property(fc.array(key, { maxLength: 40 }), (keys) => {
      const editor = new Editor();
      for (const key of keys) {
        if (typeof key === "string") editor.edit(key);
        else editor.insert(key.text);
        const at = editor.before.length;
        const grapheme = graphemes.segment(editor.text).containing(at);
        assertEquals(grapheme?.index ?? editor.text.length, at);
      }
    }),
  );
});

test("History goes back and forth, and keeps the draft", () => {
  const history = new History();
  assertEquals(history.older("draft"), undefined);
  history.add("one");
  history.add("two");
  history.add("two");
  history.add("");
  assertEquals(history.newer(), undefined);
  assertEquals(history.older("draft"), "two");
  assertEquals(history.older("two, changed"), "one");
  assertEquals(history.older("one"), undefined);
  assertEquals(history.newer(), "two");
  assertEquals(history.newer(), "draft");
  assertEquals(history.newer(), undefined);
});

test("History forgets the oldest", () => {
  const history = new History();
  for (let i = 0; i < 1500; i++) history.add(`${i}`);
  const entries = [];
  for (let entry; (entry = history.older("")) !== undefined;) {
    entries.push(entry);
  }
  assertEquals([entries.length, entries.at(-1)], [1000, "500"]);
});
