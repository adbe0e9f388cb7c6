/**
 * The piped client: lines in, messages out, as other programs use it. The command
 * calls it when standard input or output is not a terminal. Its one rule: receiving
 * never waits for sending, so that the server never sees a client that only talks.
 *
 * ```text
 * input ─▶ lines ─▶ client.send        client ─▶ text, or a note ─▶ outlet
 * ```
 *
 * @module
 */
import type { Client } from "../client.ts";
import type { ByteSource } from "../../wire/framer.ts";
import { isDisconnect } from "../../wire/io_error.ts";
import { LineSplitter } from "./lines.ts";
import type { Outlet } from "./outlet.ts";
import { NOT_TEXT, textOf } from "./text.ts";

/** How much is read at once: enough that a system call's cost vanishes in it. */
const READ = 64 * 1024;

/** What {@linkcode talk} connects. */
export interface PipedOptions {
  readonly client: Client;
  readonly input: ByteSource;
  readonly outlet: Outlet;
  /** Makes text fit to be printed, where the output is looked at. */
  readonly show?: (text: string) => string;
  /** Told of a line that is too long: its number, from 1, and its bytes. */
  readonly refuse: (line: number, length: number) => void;
}

/**
 * Sends `input` line by line and prints what is received, until the server ends
 * the connection or nobody reads the output.
 *
 * @returns Whether it ended as it should: the server ended the connection after
 * all input was sent, or the output was closed.
 * @throws What the connection's end throws, see {@linkcode Client}.
 */
export async function talk(options: PipedOptions): Promise<boolean> {
  const { client, outlet } = options;
  let sent = false;
  const sending = send(options, () => sent = true);
  const receiving = receive(options);
  const closed = await Promise.race([
    receiving.then(() => false),
    sending.then(() => receiving).then(() => false),
    outlet.closed.then(() => true),
  ]);
  client.close();
  return closed || sent;
}

async function send(
  { client, input, outlet, refuse }: PipedOptions,
  onSent: () => void,
): Promise<void> {
  const splitter = new LineSplitter();
  const buffer = new Uint8Array(READ);
  let number = 0;
  try {
    for (let read: number | null = 0; read !== null;) {
      // What is sent comes back, and has to go somewhere.
      await outlet.flushed();
      read = await input.read(buffer);
      const lines = read === null
        ? splitter.end()
        : splitter.push(buffer.subarray(0, read));
      const sends = [];
      for (const line of lines) {
        number++;
        if (line instanceof Uint8Array) sends.push(client.send(line));
        else refuse(number, line.overlong);
      }
      await Promise.all(sends);
    }
    // Before the server can know: it may end the connection at once.
    onSent();
    await client.closeWrite();
  } catch (error) {
    // Whoever receives will hear it too, after what can still be received.
    if (!isDisconnect(error)) throw error;
  }
}

async function receive(
  { client, outlet, show }: PipedOptions,
): Promise<void> {
  const utf8 = new TextEncoder();
  const note = utf8.encode(NOT_TEXT);
  for await (const body of client) {
    const text = textOf(body);
    const line = text === undefined
      ? note
      : show
      ? utf8.encode(show(text))
      : body;
    await outlet.print(line);
  }
  await outlet.flushed();
}
