/**
 * The command line of the client, and its help. The entry point parses it before
 * it connects.
 *
 * @module
 */
import type { Command } from "../../cli/command_line.ts";
import { address } from "../../cli/options.ts";
import { MAX_BODY } from "../../wire/frame.ts";
import { NOT_TEXT } from "./message.ts";

/** Where a server is by default, which is where `serve()` listens by default. */
const DEFAULT_ADDRESS = { hostname: "127.0.0.1", port: 8080 };

/** The command of the client. */
export const COMMAND = {
  usage: "client [ADDRESS]",
  about:
    `Talks to a server: each line is a message of at most ${MAX_BODY} bytes, and each
message received is printed as a line.`,
  argument: address({
    value: "ADDRESS",
    default: DEFAULT_ADDRESS,
    help: "the server's IP address and port",
  }),
  options: {},
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

With a pipe or a file for input or output, a message that is not UTF-8 is
printed as ${NOT_TEXT}. When the input ends, the client prints
what the server still sends, and ends when the server closes the connection.

Exit codes: 0 when the server closed the connection after the input had ended,
or nobody reads the output any more; 1 when there is no server, it was lost, it
closed the connection before, or it sent nothing back; 2 for a wrong command
line; 3 when a line was too long to be sent, and all else went well.`,
} as const satisfies Command<unknown, Record<never, never>>;
