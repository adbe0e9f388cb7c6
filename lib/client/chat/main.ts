/**
 * The command-line client. `lib/client/mod.ts` calls it when it is run as a program.
 * Its one rule: it alone knows of arguments, standard streams, signals and exit
 * codes.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the streams are this file's business
import { parseArgs } from "@std/cli/parse-args";
import config from "../../../deno.json" with { type: "json" };
import {
  type Address,
  formatAddress,
  parseAddress,
} from "../../wire/address.ts";
import { type Client, connect, TruncatedFrameError } from "../client.ts";
import { MAX_BODY } from "../../wire/frame.ts";
import { describeError, isDisconnect } from "../../wire/io_error.ts";
import { Chat, type ChatEnding } from "./chat.ts";
import { escape } from "../../wire/escape.ts";
import { DEFAULT_ADDRESS, HELP, USAGE } from "./help.ts";
import { Outlet } from "./outlet.ts";
import { Palette } from "./palette.ts";
import { talk } from "./piped.ts";

/** The end of a command: its exit code, and what it says on standard error. */
interface Outcome {
  code: number;
  complaint?: string;
}

const DONE: Outcome = { code: 0 };

/** What shells report of a process that a signal ended: this, and the signal's number. */
const SIGNALLED = 128;

/** Signals that end a chat, as they would have without it, but with the terminal restored. */
const ENDING_SIGNALS: Partial<Record<Deno.Signal, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGTERM: 15,
};

const SIGINT = 2;

/** Signals after which the window may be another. */
const DRAWING_SIGNALS: Deno.Signal[] = ["SIGWINCH", "SIGCONT"];

/** The window of a terminal that does not know its own. */
const COLUMNS = 80;
const ROWS = 24;

/** Runs the command with `args` and ends the process. */
export async function main(args: string[]): Promise<never> {
  const { code, complaint } = await run(args);
  // Servers and arguments have a part in it.
  if (complaint) console.error(`client: ${escape(complaint)}`);
  // A read of standard input may be pending, and would keep the process alive.
  Deno.exit(code);
}

async function run(args: string[]): Promise<Outcome> {
  let address: Address | string;
  try {
    address = parse(args);
  } catch (error) {
    const complaint = `${describeError(error)} (usage: ${USAGE}; see --help)`;
    return { code: 2, complaint };
  }
  if (typeof address === "string") {
    console.log(address);
    return DONE;
  }
  const name = formatAddress(address);
  let client: Client;
  try {
    client = await connect(address);
  } catch (error) {
    return failed(`cannot connect to ${name}: ${describeError(error)}`);
  }
  try {
    return Deno.stdin.isTerminal() && Deno.stdout.isTerminal()
      ? await chat(client, name)
      : await pipe(client, name);
  } catch (error) {
    if (error instanceof StreamError) return failed(error.message);
    if (error instanceof TruncatedFrameError) {
      return failed(`lost ${name}: the connection ended inside a message`);
    }
    if (isDisconnect(error)) {
      return failed(`lost ${name}: ${describeError(error)}`);
    }
    throw error;
  }
}

/** The server's address, or the text that was asked for. Throws what is wrong. */
function parse(args: string[]): Address | string {
  const { _: addresses, help, version } = parseArgs(args, {
    alias: { h: "help" },
    boolean: ["help", "version"],
    unknown: (arg, key) => {
      if (key !== undefined) throw new Error(`unknown option ${arg}`);
    },
  });
  if (help) return HELP;
  if (version) return `zillions ${config.version}`;
  if (addresses.length > 1) {
    throw new Error(`one address is enough, not ${addresses.length}`);
  }
  return parseAddress(String(addresses[0] ?? DEFAULT_ADDRESS));
}

async function pipe(client: Client, name: string): Promise<Outcome> {
  const ended = await talk({
    client,
    input: { read: readInput },
    outlet: new Outlet({ write: writeOutput }),
    // A message is printed as it is, but not to a terminal, which acts on it.
    ...Deno.stdout.isTerminal() ? { show: escape } : {},
    refuse: (line, length) =>
      console.error(
        `client: line ${line} is not sent: it has ${length} bytes, ${MAX_BODY} is the most`,
      ),
  });
  return ended ? DONE : early(name);
}

async function chat(client: Client, name: string): Promise<Outcome> {
  const chat = new Chat({
    client,
    name,
    input: { read: readInput },
    output: { write: writeOutput },
    size: () => {
      const { columns, rows } = Deno.consoleSize();
      return { columns: columns || COLUMNS, rows: rows || ROWS };
    },
    palette: new Palette(!Deno.noColor),
  });
  let code = SIGNALLED + SIGINT;
  for (const [signal, number] of Object.entries(ENDING_SIGNALS)) {
    listen(signal as Deno.Signal, () => {
      code = SIGNALLED + number;
      chat.leave();
    });
  }
  for (const signal of DRAWING_SIGNALS) {
    listen(signal, () => {
      Deno.stdin.setRaw(true); // a shell may have changed it meanwhile
      chat.resize();
    });
  }
  Deno.stdin.setRaw(true);
  let ending: ChatEnding;
  try {
    ending = await chat.run();
  } finally {
    Deno.stdin.setRaw(false);
  }
  if (ending === "left") return { code };
  return ending === "ended" ? DONE : early(name);
}

function early(name: string): Outcome {
  return failed(`${name} ended the connection before the input ended`);
}

function failed(complaint: string): Outcome {
  return { code: 1, complaint };
}

/** Listens to a signal, where the system has it: Windows lacks some. */
function listen(signal: Deno.Signal, listener: () => void): void {
  const lacking = Deno.build.os === "windows" &&
    (signal === "SIGTERM" || signal === "SIGWINCH" || signal === "SIGCONT");
  if (!lacking) Deno.addSignalListener(signal, listener);
}

/** Standard input or output failed: a full disk, or a directory for input. */
class StreamError extends Error {}

async function readInput(buffer: Uint8Array): Promise<number | null> {
  try {
    return await Deno.stdin.read(buffer);
  } catch (error) {
    throw new StreamError(`cannot read the input: ${describeError(error)}`);
  }
}

async function writeOutput(bytes: Uint8Array): Promise<number> {
  try {
    return await Deno.stdout.write(bytes);
  } catch (error) {
    // The outlet knows what to do when nobody reads.
    if (error instanceof Deno.errors.BrokenPipe) throw error;
    throw new StreamError(`cannot write the output: ${describeError(error)}`);
  }
}
