import { assertEquals } from "@std/assert";
import { type Key, KeyDecoder } from "../../../lib/client/chat/key_decoder.ts";
import { test } from "../../support/test.ts";

const utf8 = new TextEncoder();

/** The keys of `reads`, with neighbouring texts joined. */
function decode(...reads: Uint8Array[]): (string | { text: string })[] {
  const decoder = new KeyDecoder();
  const keys: Key[] = [];
  for (const read of reads) {
    for (const key of decoder.push(read)) {
      const last = keys.at(-1);
      if (typeof key !== "string" && typeof last === "object") {
        keys[keys.length - 1] = { text: last.text + key.text };
      } else keys.push(key);
    }
  }
  return keys;
}

const KEYS: Record<string, string> = {
  "\x01": "home",
  "\x03": "leave",
  "\x04": "finish",
  "\x05": "end",
  "\x08": "backspace",
  "\x0b": "killAfter",
  "\x0c": "redraw",
  "\r": "submit",
  "\n": "submit",
  "\x15": "killBefore",
  "\x17": "killWordBefore",
  "\x19": "yank",
  "\x1a": "suspend",
  "\x7f": "backspace",
  "\x1b[A": "older",
  "\x1bOA": "older",
  "\x1b[B": "newer",
  "\x1b[C": "right",
  "\x1b[D": "left",
  "\x1b[H": "home",
  "\x1bOH": "home",
  "\x1b[1~": "home",
  "\x1b[7~": "home",
  "\x1b[F": "end",
  "\x1b[4~": "end",
  "\x1b[8~": "end",
  "\x1b[3~": "delete",
  "\x1b[3;5~": "killWordAfter",
  "\x1b[1;5C": "wordRight",
  "\x1b[1;3D": "wordLeft",
  "\x1bf": "wordRight",
  "\x1bb": "wordLeft",
  "\x1bd": "killWordAfter",
  "\x1b\x7f": "killWordBefore",
  "\x1b\x1b[D": "left",
};

test("KeyDecoder knows each key, between others", () => {
  for (const [sequence, command] of Object.entries(KEYS)) {
    assertEquals(decode(utf8.encode(sequence)), [command], sequence);
    assertEquals(
      decode(utf8.encode(`a${sequence}b`)),
      [{ text: "a" }, command, { text: "b" }],
      sequence,
    );
  }
});

test("KeyDecoder decodes the same at every split point", () => {
  const input = utf8.encode(
    "aé天👩‍👩‍👧\x1b[A\x1b[1;5C\x1bOH\x1b[200~one\r\ntwo\rthree\nx\x1b[31m\x1b[201~\x1b[201~\rz",
  );
  const whole = [
    { text: "aé天👩‍👩‍👧" },
    "older",
    "wordRight",
    "home",
    { text: "one\ntwo\nthree\nx\x1b[31m" },
    "submit",
    { text: "z" },
  ];
  assertEquals(decode(input), whole);
  for (let at = 0; at <= input.length; at++) {
    assertEquals(decode(input.subarray(0, at), input.subarray(at)), whole);
  }
  assertEquals(decode(...[...input].map((byte) => Uint8Array.of(byte))), whole);
});

test("KeyDecoder swallows what it does not know", () => {
  const unknown = [
    "\x1b[99;99R",
    "\x1b[?1;2c",
    "\x1b[15~",
    "\x1b[[A",
    "\x1bOP",
    "\x1bx",
    "\x1b[I",
    "\x1b[12é",
    "\t",
    "\x00",
    "\x1c",
  ];
  for (const sequence of unknown) {
    assertEquals(
      decode(utf8.encode(`${sequence}b`)),
      [{ text: "b" }],
      JSON.stringify(sequence),
    );
  }
});

test("KeyDecoder takes an escape alone for the Escape key", () => {
  assertEquals(decode(utf8.encode("\x1b"), utf8.encode("b")), [{ text: "b" }]);
  assertEquals(decode(utf8.encode("\x1b"), utf8.encode("[A")), ["older"]);
});
