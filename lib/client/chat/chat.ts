/**
 * The chat: a person at a terminal talks to a server. The command makes one when
 * standard input and output are a terminal. Its one rule: keys are never kept
 * waiting by messages, nor messages by keys.
 *
 * ```text
 * keys ─▶ editor ─▶ client.send        client ─▶ message ─▶ screen
 * ```
 *
 * @module
 */
import type { Client } from "../client.ts";
import { MAX_BODY } from "../../wire/frame.ts";
import type { ByteSource } from "../../wire/framer.ts";
import { isDisconnect } from "../../wire/io_error.ts";
import type { ByteSink } from "../../wire/write_all.ts";
import { type BlockContent, layOutBlock, type Size } from "./block.ts";
import { Echoes } from "./echoes.ts";
import { Editor } from "./editor.ts";
import { History } from "./history.ts";
import { type Key, KeyDecoder } from "./keys.ts";
import { show } from "./message.ts";
import type { Palette } from "./palette.ts";
import { Screen } from "./screen.ts";
import { textOf } from "./text.ts";

/** How long a change may wait to be drawn, in milliseconds: sixty frames a second. */
const FRAME = 16;

/** How many bytes of keys are read at once: a paste may be long. */
const READ = 4 * 1024;

/** What a chat needs. */
export interface ChatOptions {
  readonly client: Client;
  /** The server's address, as it is shown. */
  readonly name: string;
  /** The terminal, in raw mode. */
  readonly input: ByteSource;
  readonly output: ByteSink;
  /** The size of its window at this moment. */
  readonly size: () => Size;
  readonly palette: Palette;
}

/**
 * How a chat ended: the server ended the connection after the input was ended
 * (`ended`) or before (`dropped`), or the user left (`left`).
 */
export type ChatEnding = "ended" | "dropped" | "left";

/** A conversation at a terminal. */
export class Chat {
  readonly #options: ChatOptions;
  readonly #screen: Screen;
  readonly #editor = new Editor();
  readonly #history = new History();
  readonly #echoes = new Echoes();
  readonly #leave = Promise.withResolvers<"left">();
  #received = 0;
  #sent = 0;
  #finished = false;
  /** What the user is told until the next key. */
  #complaint = "";

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#screen = new Screen({
      sink: options.output,
      size: options.size,
      block: (size) => layOutBlock(this.#content(), size, options.palette),
      soon: (task) => void setTimeout(task, FRAME),
    });
  }

  /**
   * Talks until the server ends the connection or the user leaves, and restores
   * what was changed of the terminal.
   *
   * @throws What the connection's end throws, see {@linkcode Client}.
   */
  async run(): Promise<ChatEnding> {
    const { client } = this.#options;
    this.#screen.change();
    try {
      return await Promise.race([
        this.#receive(),
        this.#type(),
        this.#leave.promise,
        this.#screen.failed,
      ]);
    } finally {
      client.close();
      await this.#screen.close();
    }
  }

  /** Draws anew, as the window has changed. */
  resize(): void {
    this.#screen.change();
  }

  /** Ends the chat now. */
  leave(): void {
    this.#leave.resolve("left");
  }

  async #receive(): Promise<ChatEnding> {
    const { client, palette } = this.#options;
    for await (const body of client) {
      this.#received++;
      const text = textOf(body);
      const own = text !== undefined && this.#echoes.received(text);
      this.#screen.print(show({ text, own, time: new Date() }, palette));
      await this.#screen.room();
    }
    return this.#finished ? "ended" : "dropped";
  }

  async #type(): Promise<ChatEnding> {
    const decoder = new KeyDecoder();
    const buffer = new Uint8Array(READ);
    for (;;) {
      const read = await this.#options.input.read(buffer);
      if (read === null) break;
      for (const key of decoder.push(buffer.subarray(0, read))) {
        this.#press(key);
      }
      this.#screen.change();
    }
    this.#finish();
    return await this.#leave.promise;
  }

  #press(key: Key): void {
    this.#complaint = "";
    if (key === "leave") return this.leave();
    if (key === "redraw") return this.#screen.clear();
    if (this.#finished) return;
    switch (key) {
      case "submit":
        return this.#submit();
      case "finish":
        return this.#editor.text === ""
          ? this.#finish()
          : this.#editor.edit("delete");
      case "older":
        return this.#recall(this.#history.older(this.#editor.text));
      case "newer":
        return this.#recall(this.#history.newer());
    }
    if (typeof key === "string") this.#editor.edit(key);
    else if (!this.#editor.insert(key.text)) {
      this.#complaint = "That was too much; the end of it was left out";
    }
  }

  #recall(text: string | undefined): void {
    if (text !== undefined) this.#editor.replace(text);
  }

  /** Sends each line, or none if one is too long. */
  #submit(): void {
    const { text } = this.#editor;
    const utf8 = new TextEncoder();
    const lines = text.split("\n");
    // The line end that a paste ends with begins no line.
    if (lines.length > 1 && lines.at(-1) === "") lines.pop();
    for (const [i, line] of lines.entries()) {
      const excess = utf8.encode(line).length - MAX_BODY;
      if (excess <= 0) continue;
      const which = lines.length > 1 ? `line ${i + 1} is ` : "";
      const bytes = excess === 1 ? "1 byte" : `${excess} bytes`;
      this.#complaint = `Not sent: ${which}${bytes} too long`;
      this.#editor.replace(text, i);
      return;
    }
    for (const line of lines) this.#send(line);
    this.#history.add(text);
    this.#editor.replace("");
  }

  #send(line: string): void {
    this.#sent++;
    this.#echoes.sent(line);
    this.#unlessGone(this.#options.client.send(line));
  }

  #finish(): void {
    this.#finished = true;
    this.#unlessGone(this.#options.client.closeWrite());
    this.#screen.change();
  }

  /** Receiving hears of a lost connection too, after what can still be received. */
  #unlessGone(sending: Promise<void>): void {
    sending.catch((error) => {
      if (!isDisconnect(error)) this.#leave.reject(error);
    });
  }

  #content(): BlockContent {
    const { name } = this.#options;
    const hint = this.#finished
      ? "ended, waiting for the server; Ctrl-C to leave"
      : "Ctrl-D to end";
    return {
      editor: this.#finished ? undefined : this.#editor,
      status: this.#complaint ||
        `${name} · ${this.#received} in · ${this.#sent} out · ${hint}`,
      alarming: this.#complaint !== "",
    };
  }
}
