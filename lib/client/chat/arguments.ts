/**
 * The command line of the client, and its help. The entry point parses it before
 * it connects.
 *
 * @module
 */
import type { Command } from "../../cli/command_line.ts";
import type { Parsed } from "../../cli/command_line.ts";
import { flag, type Option, text } from "../../cli/options.ts";
import { MAX_BODY } from "../../wire/frame.ts";
import { parseEndpoint } from "../endpoint.ts";
import { NOT_TEXT } from "./message.ts";

/** Where a server is by default, which is where `serve()` listens by default. */
const DEFAULT_ADDRESS = "127.0.0.1:8080";

/** The longest name, in characters: what the page takes, and what gets a colour. */
const MAX_NAME = 24;

/** The servers: one, or several with commas. */
const SERVERS: Option<readonly string[]> = {
  value: "ADDRESS",
  help:
    "the server's IP address and port; tls://HOST:PORT; or unix:PATH. Of several with commas the next is tried when one is not there",
  range: "port 0 to 65535",
  takes: "IP:PORT",
  default: [DEFAULT_ADDRESS],
  defaultText: DEFAULT_ADDRESS,
  read: (text) => {
    const addresses = text.split(",");
    for (const address of addresses) parseEndpoint(address);
    return addresses;
  },
};

const OPTIONS = {
  name: text({
    value: "NAME",
    default: undefined,
    help:
      `put NAME: before each line; it counts among its ${MAX_BODY} bytes; up to ${MAX_NAME} characters without a colon`,
  }, checkName),
  listen: flag({
    help: "read no input, and print messages until the server ends",
  }),
  tlsCa: text({
    value: "FILE",
    default: undefined,
    help: "a certificate to trust with tls://, as PEM; needs --allow-read",
  }),
};

/** The command of the client. */
export const COMMAND = {
  usage: "client [OPTIONS] [ADDRESS]",
  about:
    `Talks to a server: each line is a message of at most ${MAX_BODY} bytes, and each
message received is printed as a line.`,
  argument: SERVERS,
  options: OPTIONS,
  notes: `Keys, at a terminal:
  Enter                    send; of pasted text, each line is a message
  Ctrl-D                   end the input, and leave when the server has sent
                           the rest
  Ctrl-C                   leave at once
  Up, Down                 go through the messages sent before
  Home, End                start and end of the line; also Ctrl-A, Ctrl-E
  Ctrl-Left, Ctrl-Right    a word back, a word on; also Alt-B, Alt-F
  Ctrl-U, Ctrl-K           delete to the start, to the end of the line
  Ctrl-W, Alt-D            delete the word before, the word after
  Ctrl-Y                   put back what these deleted
  Ctrl-L                   clear the window
  Ctrl-Z                   suspend; fg comes back

At a terminal the client connects again when the connection is lost, and keeps
the line that is being typed.

With a pipe or a file for input or output, a message that is not UTF-8 is
printed as ${NOT_TEXT}. When the input ends, the client prints
what the server still sends, and ends when the server closes the connection.

Exit codes: 0 when the server closed the connection after the input had ended,
or nobody reads the output any more; 1 when there is no server, it was lost, it
closed the connection before, or it sent nothing back; 2 for a wrong command
line; 3 when a line was too long to be sent, and all else went well.`,
} as const satisfies Command<readonly string[], typeof OPTIONS>;

/** What a command line asks for. */
export type ClientOptions = Parsed<unknown, typeof OPTIONS>["options"];

function checkName(name: string): void {
  const { length } = [...name];
  if (/^[^\s:\p{C}][^:\p{C}]*$/u.test(name) && length <= MAX_NAME) return;
  throw new TypeError(
    `--name takes 1 to ${MAX_NAME} characters without a colon`,
  );
}
