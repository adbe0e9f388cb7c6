/**
 * The composer: what the user types, and the messages it becomes. The chat passes it
 * keys. It refuses what cannot be sent, says why, and keeps the text then.
 *
 * @module
 */
import { MAX_BODY } from "../../wire/frame.ts";
import { Editor } from "./editor.ts";
import { History } from "./history.ts";
import type { Key } from "./key_decoder.ts";

const utf8 = new TextEncoder();

/** What is typed, with what was sent before, and what was wrong with the last key. */
export class Composer {
  /** The text being typed. */
  readonly editor: Editor = new Editor();
  /** The most bytes of a line. */
  readonly most: number;
  /** What the last key did wrong; empty if nothing. */
  error = "";
  readonly #prefix: string;
  readonly #history = new History();

  /** @param prefix What is put before each line. */
  constructor(prefix = "") {
    this.#prefix = prefix;
    this.most = MAX_BODY - utf8.encode(prefix).length;
  }

  /** Carries out a key that is about typing. */
  press(key: Key): void {
    if (key === "older") {
      this.#recall(this.#history.older(this.editor.text));
    } else if (key === "newer") {
      this.#recall(this.#history.newer());
    } else if (typeof key === "string") {
      this.editor.edit(key);
    } else if (!this.editor.insert(key.text)) {
      this.error = "The text is too long; its end was left out";
    }
  }

  /** Takes what was typed: a message for each line, or none if a line is too long. */
  submit(): string[] {
    const { text } = this.editor;
    const lines = text.split("\n");
    // The line end at the end of pasted text begins no line.
    if (lines.length > 1 && lines.at(-1) === "") lines.pop();
    for (const [i, line] of lines.entries()) {
      const excess = utf8.encode(line).length - this.most;
      if (excess <= 0) continue;
      const which = lines.length > 1 ? `line ${i + 1} is ` : "";
      const bytes = excess === 1 ? "1 byte" : `${excess} bytes`;
      this.error = `Not sent: ${which}${bytes} too long`;
      this.editor.replace(text, i);
      return [];
    }
    this.#history.add(text);
    this.editor.replace("");
    return lines.map((line) => this.#prefix + line);
  }

  #recall(text: string | undefined): void {
    if (text !== undefined) this.editor.replace(text);
  }
}
