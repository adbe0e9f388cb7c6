/**
 * The chat: a person at a terminal talks to a server. The command makes one when
 * standard input and output are a terminal. Keys never wait for messages, nor
 * messages for keys.
 *
 * ```text
 * keys ─▶ composer ─▶ session ─▶ client        client ─▶ session ─▶ screen
 * ```
 *
 * @module
 */
import { delay } from "@std/async/delay";
import type { Client } from "../client.ts";
import type { ByteSource } from "../../wire/framer.ts";
import type { ByteSink } from "../../wire/write_all.ts";
import { Composer } from "./composer.ts";
import type { Connector } from "./connector.ts";
import { type FooterContent, layOutFooter, type Size } from "./footer.ts";
import { type Key, KeyDecoder } from "./key_decoder.ts";
import { formatMessage, formatNotice } from "./message.ts";
import type { Palette } from "./palette.ts";
import { Screen } from "./screen.ts";
import { Session } from "./session.ts";

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
  /** Stops the process until the user brings it back; says so if it cannot. */
  readonly suspend: () => string | undefined;
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

/** A conversation at a terminal. */
export class Chat {
  readonly #options: ChatOptions;
  readonly #screen: Screen;
  readonly #composer: Composer;
  readonly #session: Session;
  readonly #leave = Promise.withResolvers<ChatEnding>();
  #suspending = false;
  #isStuck = false;

  constructor(options: ChatOptions) {
    const { client, connector, palette } = options;
    this.#options = options;
    this.#composer = new Composer(options.prefix);
    this.#screen = new Screen({
      sink: options.output,
      size: options.size,
      footer: (size) => layOutFooter(this.#content(), size, palette),
      soon: (task) => void setTimeout(task, UPDATE_DELAY),
    });
    const screen = this.#screen;
    this.#session = new Session({
      client,
      connector,
      onMessage: (message) => {
        const time = new Date();
        screen.print(formatMessage({ ...message, time }, palette));
        return screen.room();
      },
      onNotice: (text) => screen.print(formatNotice(text, new Date(), palette)),
      onChange: () => screen.change(),
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
        this.#session.run().then(() => "ended" as const),
        this.#type(),
        this.#leave.promise,
        this.#screen.failed,
      ]);
    } finally {
      this.#session.close();
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
    const composer = this.#composer;
    composer.error = "";
    if (key === "leave") this.leave();
    else if (key === "redraw") this.#screen.clear();
    else if (key === "suspend") this.#suspend().catch(this.#leave.reject);
    else if (this.#session.finished) return;
    else if (key === "submit") this.#submit();
    else if (key !== "finish") composer.press(key);
    else if (composer.editor.text === "") this.#finish();
    else composer.press("delete");
  }

  #submit(): void {
    if (this.#session.offline !== undefined) {
      this.#composer.error = "Not sent: there is no connection";
      return;
    }
    for (const line of this.#composer.submit()) this.#session.send(line);
  }

  #finish(): void {
    if (this.#session.offline !== undefined) this.#leave.resolve("offline");
    else this.#session.finish();
  }

  async #suspend(): Promise<void> {
    if (this.#suspending) return; // one suspension is enough
    this.#suspending = true;
    await this.#screen.close();
    this.#composer.error = this.#options.suspend() ?? "";
    this.#screen.open();
    this.#suspending = false;
  }

  #content(): FooterContent {
    const { editor, most, error } = this.#composer;
    const { address, received, sent, offline, finished } = this.#session;
    const hint = finished
      ? "ended, waiting for the server; Ctrl-C to leave"
      : "Ctrl-D to end";
    return {
      editor: finished ? undefined : editor,
      most,
      status: error || offline ||
        `${address} · ${received} in · ${sent} out · ${hint}`,
      isError: error !== "",
    };
  }
}
