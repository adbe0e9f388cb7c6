/**
 * The client in a pipe: lines in, messages out, for other programs. The entry
 * point calls it when standard input or output is not a terminal.
 *
 * ```text
 * input ─▶ line splitter ─▶ client.send        client ─▶ text ─▶ line writer
 * ```
 *
 * Receiving never waits for sending: a client that only sends would be
 * disconnected as stalled. Sending waits for receiving, because all that is sent
 * comes back.
 *
 * @module
 */
import { concat } from "@std/bytes/concat";
import type { LineWriter } from "../../cli/line_writer.ts";
import { MAX_BODY } from "../../wire/frame.ts";
import type { ByteSource } from "../../wire/framer.ts";
import { isBrokenPipe, isDisconnect } from "../../wire/io_error.ts";
import type { Client } from "../client.ts";
import { LineSplitter } from "./line_splitter.ts";
import { decodeText, NOT_TEXT } from "./message.ts";

/** How much is read at once: enough that a system call's cost does not matter. */
const READ_SIZE = 64 * 1024;

const NOTHING = new Uint8Array(0);

/** What {@linkcode pipe} connects. */
export interface PipeOptions {
  readonly client: Client;
  readonly input: ByteSource;
  readonly output: LineWriter;
  /** What is put before each line. */
  readonly prefix?: Uint8Array;
  /** Makes text safe to print, for an output that is a terminal. */
  readonly show?: (text: string) => string;
  /** Called with each line that is too long: its number, from 1, and its bytes, prefix included. */
  readonly onOverlong: (line: number, length: number) => void;
}

/**
 * How a pipe ended: the server ended the connection after all input was sent, or
 * nobody reads the output any more (`ended`); the server ended it before
 * (`disconnected`); or it sent back nothing of what was sent, and so has not taken
 * it (`unanswered`).
 */
export type PipeEnding = "ended" | "disconnected" | "unanswered";

/** How far a pipe is. */
interface Progress {
  /** Messages sent. */
  sent: number;
  received: number;
  /** Whether all input was sent. */
  isEnded: boolean;
}

/**
 * Sends `input` line by line and prints what is received, until the server ends
 * the connection or nobody reads the output.
 *
 * @throws If the connection is lost, see {@linkcode Client}, or the input or the
 * output fails.
 */
export async function pipe(options: PipeOptions): Promise<PipeEnding> {
  const { client } = options;
  const progress = { sent: 0, received: 0, isEnded: false };
  const sending = send(options, progress);
  const receiving = receive(options, progress);
  const unread = await untilUnread(
    options.output,
    Promise.race([receiving, sending.then(() => receiving)]),
  );
  client.close();
  const { sent, received, isEnded } = progress;
  if (unread) return "ended";
  if (!isEnded) return "disconnected";
  return sent > 0 && received === 0 ? "unanswered" : "ended";
}

/**
 * Prints what is received, until the server ends the connection or nobody reads the
 * output.
 *
 * @throws If the connection is lost, see {@linkcode Client}, or the output fails.
 */
export async function listen(
  options: Pick<PipeOptions, "client" | "output" | "show">,
): Promise<void> {
  const progress = { sent: 0, received: 0, isEnded: false };
  await untilUnread(options.output, receive(options, progress));
  options.client.close();
}

/** Whether the output ends before `receiving` does, because nobody reads it. */
async function untilUnread(
  output: LineWriter,
  receiving: Promise<void>,
): Promise<boolean> {
  const failed = output.failed.then((error) => {
    if (!isBrokenPipe(error)) throw error;
    return true;
  });
  return await Promise.race([receiving.then(() => false), failed]);
}

async function send(
  { client, input, output, prefix = NOTHING, onOverlong }: PipeOptions,
  progress: Progress,
): Promise<void> {
  const splitter = new LineSplitter(MAX_BODY - prefix.length);
  const buffer = new Uint8Array(READ_SIZE);
  let number = 0;
  try {
    for (let read: number | null = 0; read !== null;) {
      await output.flushed(); // all that is sent comes back, and needs room
      read = await input.read(buffer);
      const lines = read === null
        ? splitter.end()
        : splitter.push(buffer.subarray(0, read));
      const sends = [];
      for (const line of lines) {
        number++;
        if (!(line instanceof Uint8Array)) {
          onOverlong(number, prefix.length + line.overlong);
        } else {
          const body = prefix.length > 0 ? concat([prefix, line]) : line;
          sends.push(client.send(body));
        }
      }
      progress.sent += sends.length;
      await Promise.all(sends);
    }
    // Before the server can know: it may end the connection at once.
    progress.isEnded = true;
    await client.closeWrite();
  } catch (error) {
    // receive() throws it too, after what can still be received.
    if (!isDisconnect(error)) throw error;
  }
}

async function receive(
  { client, output, show }: Pick<PipeOptions, "client" | "output" | "show">,
  progress: Progress,
): Promise<void> {
  try {
    for await (const body of client) {
      progress.received++;
      const text = decodeText(body);
      const line = text === undefined ? NOT_TEXT : show ? show(text) : body;
      await output.write(line);
    }
  } finally { // what came before a lost connection is printed, too
    await output.flushed();
  }
}
