/**
 * The key decoder: keys and pasted text, from the bytes that a terminal in raw
 * mode sends. The chat decodes its input with it. An unknown sequence is skipped
 * whole, and never ends up in the text.
 *
 * (`node:readline` decodes keys, too, but in Deno the tails of unknown sequences
 * come through as text, those around a paste among them.)
 *
 * @module
 */
// deno-lint-ignore-file no-control-regex -- control characters are keys

/** What a key stands for. */
export type Command =
  | "left"
  | "right"
  | "wordLeft"
  | "wordRight"
  | "home"
  | "end"
  | "backspace"
  | "delete"
  | "killBefore"
  | "killAfter"
  | "killWordBefore"
  | "killWordAfter"
  | "yank"
  | "older"
  | "newer"
  | "submit"
  | "finish"
  | "leave"
  | "redraw"
  | "suspend";

/** A command, or characters typed or pasted; lines of a paste end with `\n`. */
export type Key = Command | { readonly text: string };

const CONTROLS: Record<string, Command> = {
  "\x01": "home",
  "\x02": "left",
  "\x03": "leave",
  "\x04": "finish",
  "\x05": "end",
  "\x06": "right",
  "\x08": "backspace",
  "\n": "submit",
  "\x0b": "killAfter",
  "\x0c": "redraw",
  "\r": "submit",
  "\x0e": "newer",
  "\x10": "older",
  "\x15": "killBefore",
  "\x17": "killWordBefore",
  "\x19": "yank",
  "\x1a": "suspend",
  "\x7f": "backspace",
};

/** What follows an escape character; the modifiers 3, 5 and 9 are Alt and Ctrl. */
const SEQUENCES: Record<string, Command> = {
  ...finals("[", { A: "older", B: "newer", C: "right", D: "left" }),
  ...finals("[", { H: "home", F: "end" }),
  ...finals("O", { A: "older", B: "newer", C: "right", D: "left" }),
  ...finals("O", { H: "home", F: "end", c: "wordRight", d: "wordLeft" }),
  ...finals("[1;3", { C: "wordRight", D: "wordLeft" }),
  ...finals("[1;5", { C: "wordRight", D: "wordLeft" }),
  ...finals("[1;9", { C: "wordRight", D: "wordLeft" }),
  "[1~": "home",
  "[3~": "delete",
  "[4~": "end",
  "[7~": "home",
  "[8~": "end",
  "[3;3~": "killWordAfter",
  "[3;5~": "killWordAfter",
  "b": "wordLeft",
  "d": "killWordAfter",
  "f": "wordRight",
  "\x7f": "killWordBefore",
  "\x08": "killWordBefore",
};

const PASTE = "[200~";
const PASTE_END = "\x1b[201~";

/**
 * A sequence without its escape: CSI, the Linux console's own, SS3, or Alt and a
 * key. Of a malformed sequence it matches as much as is well-formed.
 */
const SEQUENCE = /^(?:\[\[?[0-?]*[ -/]*[^\x1b]?|O[^\x1b]?|[^\x1b])?/u;

/** The beginning of a sequence, which goes on in the next read. */
const BEGUN = /^(?:\[\[?[0-?]*[ -/]*|O)?$/;

/** What continues an escape that ended a read; otherwise it was the Escape key. */
const GOES_ON = /^[[O]/;

/** Decodes keys, wherever the reads cut the terminal's bytes. */
export class KeyDecoder {
  readonly #utf8 = new TextDecoder();
  /** Input that may go on in the next read. */
  #rest = "";
  #pasting = false;

  /** The keys that `bytes` complete. */
  *push(bytes: Uint8Array): Generator<Key, void> {
    let input = this.#utf8.decode(bytes, { stream: true });
    if (this.#rest !== "\x1b" || GOES_ON.test(input)) {
      input = this.#rest + input;
    }
    this.#rest = "";
    while (input !== "") {
      if (this.#pasting) input = yield* this.#paste(input);
      else if (input[0] === "\x1b") input = yield* this.#sequence(input);
      else input = yield* this.#plain(input);
    }
  }

  *#plain(input: string): Generator<Key, string> {
    const text = input.match(/^[^\x00-\x1f\x7f]+/)?.[0];
    if (text !== undefined) {
      yield { text };
      return input.slice(text.length);
    }
    const command = CONTROLS[input[0]!];
    if (command) yield command;
    return input.slice(1);
  }

  *#sequence(input: string): Generator<Key, string> {
    const after = input.slice(1);
    if (BEGUN.test(after)) {
      this.#rest = input;
      return "";
    }
    const sequence = after.match(SEQUENCE)![0];
    if (sequence === PASTE) this.#pasting = true;
    const command = SEQUENCES[sequence];
    if (command) yield command;
    return after.slice(sequence.length);
  }

  *#paste(input: string): Generator<Key, string> {
    const end = input.indexOf(PASTE_END);
    this.#pasting = end < 0;
    const pasted = end < 0
      ? input.slice(0, -beginning(input) || undefined)
      : input.slice(0, end);
    if (pasted !== "") yield { text: pasted.replace(/\r\n?/g, "\n") };
    if (end >= 0) return input.slice(end + PASTE_END.length);
    this.#rest = input.slice(pasted.length);
    return "";
  }
}

/** How many units at the end of a read may go on as a line end or as the paste's end. */
function beginning(input: string): number {
  for (let length = PASTE_END.length - 1; length > 0; length--) {
    if (input.endsWith(PASTE_END.slice(0, length))) return length;
  }
  return input.endsWith("\r") ? 1 : 0;
}

function finals(
  prefix: string,
  commands: Record<string, Command>,
): Record<string, Command> {
  return Object.fromEntries(
    Object.entries(commands).map(([final, command]) => [
      prefix + final,
      command,
    ]),
  );
}
