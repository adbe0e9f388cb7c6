/**
 * The chat: a person at a terminal talks to a server. The command makes one when
 * standard input and output are a terminal. Keys never wait for messages, nor
 * messages for keys.
 *
 * ```text
 * keys ─▶ editor ─▶ client.send        client ─▶ message ─▶ screen
 * ```
 *
 * @module
 */
import { delay } from "@std/async/delay";
import type { Client } from "../client.ts";
import { MAX_BODY } from "../../wire/frame.ts";
import type { ByteSource } from "../../wire/framer.ts";
import { isDisconnect } from "../../wire/io_error.ts";
import type { ByteSink } from "../../wire/write_all.ts";
import { type FooterContent, layOutFooter, type Size } from "./footer.ts";
import { Echoes } from "./echoes.ts";
import { Editor } from "./editor.ts";
import { History } from "./history.ts";
import { type Key, KeyDecoder } from "./key_decoder.ts";
import { decodeText, formatMessage } from "./message.ts";
import type { Palette } from "./palette.ts";
import { Screen } from "./screen.ts";

/** How long a change waits to be drawn, in milliseconds: sixty updates a second. */
const UPDATE_DELAY = 16;

/** How many bytes of keys are read at once: enough for most pasted text. */
const READ_SIZE = 4 * 1024;

/** How long a user who leaves waits for a terminal that takes nothing, in milliseconds. */
const CLOSE_TIMEOUT = 500;

/** What a chat needs. */
export interface ChatOptions {
  readonly client: Client;
  /** The server's address, as it is shown. */
  readonly address: string;
  /** The terminal, in raw mode. */
  readonly input: ByteSource;
  readonly output: ByteSink;
  /** The size of the window at this moment. */
  readonly size: () => Size;
  readonly palette: Palette;
}

/**
 * How a chat ended: the server ended the connection after the user had ended the
 * input (`ended`) or before (`disconnected`), or the user left (`left`).
 */
export type ChatEnding = "ended" | "disconnected" | "left";

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
  #isStuck = false;
  /** What the last key did wrong, shown until the next key. */
  #error = "";

  constructor(options: ChatOptions) {
    this.#options = options;
    this.#screen = new Screen({
      sink: options.output,
      size: options.size,
      footer: (size) => layOutFooter(this.#content(), size, options.palette),
      soon: (task) => void setTimeout(task, UPDATE_DELAY),
    });
  }

  /**
   * Talks until the server ends the connection or the user leaves, and restores
   * the screen.
   *
   * @throws If the connection is lost, see {@linkcode Client}, or the terminal is.
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
      await this.#closeScreen();
    }
  }

  /** Whether the terminal took nothing more at the end. */
  get isStuck(): boolean {
    return this.#isStuck;
  }

  /** Draws anew, because the window has changed. */
  resize(): void {
    this.#screen.change();
  }

  /** Ends the chat now. */
  leave(): void {
    this.#leave.resolve("left");
  }

  /** Restores the screen, or gives up on that a little after the user has left. */
  async #closeScreen(): Promise<void> {
    const closed = new AbortController();
    const { signal } = closed;
    const late = this.#leave.promise.catch(() => {})
      .then(() => delay(CLOSE_TIMEOUT, { signal })).catch(() => {});
    this.#isStuck = await Promise.race([
      this.#screen.close().then(() => false),
      late.then(() => true),
    ]);
    closed.abort();
  }

  async #receive(): Promise<ChatEnding> {
    const { client, palette } = this.#options;
    for await (const body of client) {
      this.#received++;
      const text = decodeText(body);
      const own = text !== undefined && this.#echoes.received(text);
      const message = { text, own, time: new Date() };
      this.#screen.print(formatMessage(message, palette));
      await this.#screen.room();
    }
    return this.#finished ? "ended" : "disconnected";
  }

  async #type(): Promise<ChatEnding> {
    const decoder = new KeyDecoder();
    const buffer = new Uint8Array(READ_SIZE);
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
    this.#error = "";
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
      this.#error = "The text is too long; its end was left out";
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
    // The line end at the end of pasted text begins no line.
    if (lines.length > 1 && lines.at(-1) === "") lines.pop();
    for (const [i, line] of lines.entries()) {
      const excess = utf8.encode(line).length - MAX_BODY;
      if (excess <= 0) continue;
      const which = lines.length > 1 ? `line ${i + 1} is ` : "";
      const bytes = excess === 1 ? "1 byte" : `${excess} bytes`;
      this.#error = `Not sent: ${which}${bytes} too long`;
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
    this.#unlessDisconnected(this.#options.client.send(line));
  }

  #finish(): void {
    this.#finished = true;
    this.#unlessDisconnected(this.#options.client.closeWrite());
    this.#screen.change();
  }

  /** Of a lost connection `#receive` knows, too, after what can still be received. */
  #unlessDisconnected(sending: Promise<void>): void {
    sending.catch((error) => {
      if (!isDisconnect(error)) this.#leave.reject(error);
    });
  }

  #content(): FooterContent {
    const { address } = this.#options;
    const hint = this.#finished
      ? "ended, waiting for the server; Ctrl-C to leave"
      : "Ctrl-D to end";
    return {
      editor: this.#finished ? undefined : this.#editor,
      status: this.#error ||
        `${address} · ${this.#received} in · ${this.#sent} out · ${hint}`,
      isError: this.#error !== "",
    };
  }
}
