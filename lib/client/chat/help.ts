/**
 * The help: what the command says of itself when it is asked, or called wrongly.
 * The command prints it. Its one rule: it fits a window of 80 columns.
 *
 * @module
 */
import { MAX_BODY } from "../../wire/frame.ts";
import { NOT_TEXT } from "./text.ts";

/** Where a server is by default. */
export const DEFAULT_ADDRESS = "127.0.0.1:8080";

/** How the command is called. */
export const USAGE = "client [ADDRESS]";

/** What `--help` prints. */
export const HELP = `Usage: ${USAGE}

Talks to a server: each line is a message of at most ${MAX_BODY} bytes, and each
message received is printed as a line. ADDRESS is the server's IP address and
port (default ${DEFAULT_ADDRESS}).

  -h, --help
  --version

Keys, on a terminal:
  Enter                 send; of a paste, each line is a message
  Ctrl-D                end; leaves when the server has sent the rest
  Ctrl-C                leave at once
  Up, Down              what was sent before
  Home, End             start and end of the line; also Ctrl-A, Ctrl-E
  Ctrl-Left, -Right     a word back, a word on; also Alt-B, Alt-F
  Ctrl-U, Ctrl-K        delete to the start, to the end of the line
  Ctrl-W, Alt-D         delete the word before, the word after
  Ctrl-Y                put back what was deleted by these
  Ctrl-L                clear the window

With another program for input or output, what is not UTF-8 is printed as
${NOT_TEXT}, and the end of the input ends the sending side.
The exit code is 0 when the server ended the connection after that or when
nobody reads the output, 1 when there is no server or it was lost, 2 for wrong
usage.`;
