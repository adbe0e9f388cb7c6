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
import { type Client, TruncatedFrameError } from "../client.ts";
import { MAX_BODY } from "../../wire/frame.ts";
import type { ByteSource } from "../../wire/framer.ts";
import { isDisconnect } from "../../wire/io_error.ts";
import type { ByteSink } from "../../wire/write_all.ts";
import { type Connector, describeLoss } from "./connector.ts";
import { type FooterContent, layOutFooter, type Size } from "./footer.ts";
import { Echoes } from "./echoes.ts";
import { Editor } from "./editor.ts";
import { History } from "./history.ts";
import { type Key, KeyDecoder } from "./key_decoder.ts";
import { decodeText, formatMessage, formatNotice } from "./message.ts";
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
  /** Connects again, sooner or later. */
  readonly connector: Pick<Connector, "reconnect">;
  /** What is put before each line. */
  readonly prefix?: string;
  /** Stops the process until the user brings it back, if the system can. */
  readonly suspend?: () => void;
  /** The terminal, in raw mode. */
  readonly input: ByteSource;
  readonly output: ByteSink;
  /** The size of the window at this moment. */
  readonly size: () => Size;
  readonly palette: Palette;
}

/**
 * How a chat ended: the server ended the connection after the user had ended the
 * input (`ended`), the user ended the input while there was no connection
 * (`offline`), or the user left (`left`).
 */
export type ChatEnding = "ended" | "offline" | "left";

const utf8 = new TextEncoder();

/** A conversation at a terminal. */
export class Chat {
  readonly #options: ChatOptions;
  readonly #screen: Screen;
  readonly #editor = new Editor();
  readonly #history = new History();
  readonly #echoes = new Echoes();
  readonly #leave = Promise.withResolvers<ChatEnding>();
  /** Aborted at the end. */
  readonly #ending = new AbortController();
  readonly #prefix: string;
  /** The most bytes of a line. */
  readonly #most: number;
  #client: Client;
  /** What the client does while there is no connection. */
  #offline: string | undefined;
  #received = 0;
  #sent = 0;
  #finished = false;
  #isStuck = false;
  /** What the last key did wrong, shown until the next key. */
  #error = "";

  constructor(options: ChatOptions) {
    const { client, prefix = "" } = options;
    this.#options = options;
    this.#client = client;
    this.#prefix = prefix;
    this.#most = MAX_BODY - utf8.encode(prefix).length;
    this.#screen = new Screen({
      sink: options.output,
      size: options.size,
      footer: (size) => layOutFooter(this.#content(), size, options.palette),
      soon: (task) => void setTimeout(task, UPDATE_DELAY),
    });
  }

  /**
   * Talks until the user ends the input or leaves, and restores the screen. A
   * connection that is lost before is followed by another.
   *
   * @throws If the connection is lost after the input ended, see {@linkcode Client}, or
   * the terminal is.
   */
  async run(): Promise<ChatEnding> {
    this.#screen.change();
    try {
      return await Promise.race([
        this.#converse(),
        this.#type(),
        this.#leave.promise,
        this.#screen.failed,
      ]);
    } finally {
      this.#ending.abort();
      this.#client.close();
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

  /** Receives until the server ends the connection after the input ended. */
  async #converse(): Promise<ChatEnding> {
    const { connector } = this.#options;
    for (;;) {
      const connectedAt = performance.now();
      let reason = "the server ended the connection";
      try {
        await this.#receive();
        if (this.#finished) return "ended";
      } catch (error) {
        const isLost = isDisconnect(error) ||
          error instanceof TruncatedFrameError;
        if (this.#finished || !isLost) throw error;
        reason = describeLoss(error);
      }
      this.#client.close();
      this.#echoes.clear();
      this.#notice(`lost ${this.#client.address}: ${reason}`);
      this.#client = await connector.reconnect(
        performance.now() - connectedAt,
        (text) => {
          this.#offline = text;
          this.#screen.change();
        },
        this.#ending.signal,
      );
      this.#offline = undefined;
      this.#notice(`connected to ${this.#client.address}`);
    }
  }

  #notice(text: string): void {
    const { palette } = this.#options;
    this.#screen.print(formatNotice(text, new Date(), palette));
  }

  async #receive(): Promise<void> {
    const { palette } = this.#options;
    for await (const body of this.#client) {
      this.#received++;
      const text = decodeText(body);
      const own = text !== undefined && this.#echoes.received(text);
      const message = { text, own, time: new Date() };
      this.#screen.print(formatMessage(message, palette));
      await this.#screen.room();
    }
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
    if (key === "suspend") return void this.#suspend();
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

  async #suspend(): Promise<void> {
    const { suspend } = this.#options;
    if (!suspend) return;
    await this.#screen.close();
    suspend();
    this.#screen.open();
  }

  #recall(text: string | undefined): void {
    if (text !== undefined) this.#editor.replace(text);
  }

  /** Sends each line, or none if one is too long. */
  #submit(): void {
    const { text } = this.#editor;
    if (this.#offline !== undefined) {
      this.#error = "Not sent: there is no connection";
      return;
    }
    const lines = text.split("\n");
    // The line end at the end of pasted text begins no line.
    if (lines.length > 1 && lines.at(-1) === "") lines.pop();
    for (const [i, line] of lines.entries()) {
      const excess = utf8.encode(line).length - this.#most;
      if (excess <= 0) continue;
      const which = lines.length > 1 ? `line ${i + 1} is ` : "";
      const bytes = excess === 1 ? "1 byte" : `${excess} bytes`;
      this.#error = `Not sent: ${which}${bytes} too long`;
      this.#editor.replace(text, i);
      return;
    }
    for (const line of lines) this.#send(this.#prefix + line);
    this.#history.add(text);
    this.#editor.replace("");
  }

  #send(line: string): void {
    this.#sent++;
    this.#echoes.sent(line);
    this.#unlessDisconnected(this.#client.send(line));
  }

  #finish(): void {
    if (this.#offline !== undefined) return this.#leave.resolve("offline");
    this.#finished = true;
    this.#unlessDisconnected(this.#client.closeWrite());
    this.#screen.change();
  }

  /** Of a lost connection `#receive` knows, too, after what can still be received. */
  #unlessDisconnected(sending: Promise<void>): void {
    sending.catch((error) => {
      if (!isDisconnect(error)) this.#leave.reject(error);
    });
  }

  #content(): FooterContent {
    const { address } = this.#client;
    const hint = this.#finished
      ? "ended, waiting for the server; Ctrl-C to leave"
      : "Ctrl-D to end";
    return {
      editor: this.#finished ? undefined : this.#editor,
      most: this.#most,
      status: this.#error || this.#offline ||
        `${address} · ${this.#received} in · ${this.#sent} out · ${hint}`,
      isError: this.#error !== "",
    };
  }
}
