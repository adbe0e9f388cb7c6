/**
 * The command of the client. `lib/client/mod.ts` calls it when it is run as a
 * program. It owns the arguments and the exit code.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import config from "../../../deno.json" with { type: "json" };
import { parseCommandLine, UsageError } from "../../cli/command_line.ts";
import { helpText } from "../../cli/help.ts";
import { LineWriter } from "../../cli/line_writer.ts";
import type { CommandProcess } from "../../cli/process.ts";
import { readFile } from "../../cli/read_file.ts";
import { escape } from "../../wire/escape.ts";
import { MAX_BODY } from "../../wire/frame.ts";
import {
  describeError,
  isBrokenPipe,
  isDisconnect,
} from "../../wire/io_error.ts";
import { writeAll } from "../../wire/write_all.ts";
import { type Client, TruncatedFrameError } from "../client.ts";
import { type ClientOptions, COMMAND } from "./arguments.ts";
import { ConnectError, Connector, describeLoss } from "./connector.ts";
import { listen, pipe } from "./pipe.ts";
import { inputOf, outputOf, StreamError } from "./streams.ts";
import { chatAtTerminal } from "./terminal.ts";

/** How the command ended: its exit code, and what it prints to standard error. */
interface Outcome {
  readonly code: number;
  readonly error?: string;
}

const SUCCESS: Outcome = { code: 0 };

/** The exit code when a line was not sent, and all else went well. */
const REFUSED = 3;

/** What the server did, where that is a failure, as it follows its address. */
const ENDINGS = {
  disconnected: "ended the connection before the input ended",
  unanswered: "ended the connection and has sent nothing back",
  offline: "was lost, and there was no connection when the input ended",
};

/** How long the command waits at its end for a reader of its errors, in milliseconds. */
const FLUSH_TIMEOUT = 1000;

/** Runs the command with `args` and ends the process; a test gives its own. */
export async function main(
  args: string[],
  process: CommandProcess = Deno,
): Promise<never> {
  const errors = new LineWriter(process.stderr);
  const print = (error: string) => {
    // It may quote arguments.
    errors.tryWrite(`client: ${escape(error)}`);
  };
  const { code, error } = await run(args, print, process);
  if (error) print(error);
  await deadline(errors.flushed(), FLUSH_TIMEOUT).catch(() => {});
  // A read of standard input may be pending, and would keep the process alive.
  process.exit(code);
}

async function run(
  args: string[],
  print: (error: string) => void,
  process: CommandProcess,
): Promise<Outcome> {
  let parsed;
  try {
    parsed = parseCommandLine(args, COMMAND);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 2, error: error.message };
  }
  if (parsed === "help") return await say(helpText(COMMAND), process);
  if (parsed === "version") {
    return await say(`zillions ${config.version}`, process);
  }
  return await talk(parsed.argument, parsed.options, print, process);
}

/** Prints a text to standard output. */
async function say(
  text: string,
  { stdout }: CommandProcess,
): Promise<Outcome> {
  try {
    await writeAll(outputOf(stdout), new TextEncoder().encode(`${text}\n`));
  } catch (error) {
    if (error instanceof StreamError) return failure(error.message);
    if (!isBrokenPipe(error)) throw error;
  }
  return SUCCESS;
}

/** Connects to a server and talks to it, until one of them ends it. */
async function talk(
  addresses: readonly string[],
  options: ClientOptions,
  print: (error: string) => void,
  process: CommandProcess,
): Promise<Outcome> {
  let caCerts: string[];
  try {
    caCerts = await readCertificates(options.tlsCa);
  } catch (error) {
    return failure(describeError(error));
  }
  const connector = new Connector({ addresses, caCerts });
  try {
    const client = await connector.connect(print);
    const ending = await converse(client, connector, options, print, process);
    if (typeof ending === "number") return { code: ending };
    if (ending === "ended") return SUCCESS;
    return failure(`${connector.address} ${ENDINGS[ending]}`);
  } catch (error) {
    if (error instanceof StreamError || error instanceof ConnectError) {
      return failure(error.message);
    }
    const isLost = isDisconnect(error) || error instanceof TruncatedFrameError;
    if (!isLost) throw error;
    return failure(`lost ${connector.address}: ${describeLoss(error)}`);
  }
}

/** Reads the certificates to trust. */
async function readCertificates(path: string | undefined): Promise<string[]> {
  if (path === undefined) return [];
  const pem = new TextDecoder().decode(await readFile("tlsCa", path));
  if (pem.includes("-----BEGIN CERTIFICATE-----")) return [pem];
  throw new Error(
    `the file of --tls-ca, "${path}", has no certificate in PEM form`,
  );
}

/** Talks at the terminal or through the streams; returns how that ended, or an exit code. */
async function converse(
  client: Client,
  connector: Connector,
  options: ClientOptions,
  print: (error: string) => void,
  { stdin, stdout }: CommandProcess,
): Promise<keyof typeof ENDINGS | "ended" | number> {
  const prefix = options.name === undefined ? "" : `${options.name}: `;
  const streams = {
    client,
    output: new LineWriter(outputOf(stdout)),
    // A program gets messages as they are; a terminal would act on them.
    ...stdout.isTerminal() && { show: escape },
  };
  if (options.listen) {
    await listen(streams);
    return "ended";
  }
  if (stdin.isTerminal() && stdout.isTerminal()) {
    return await chatAtTerminal({ client, connector, prefix });
  }
  let refused = false;
  const ending = await pipe({
    ...streams,
    input: inputOf(stdin),
    prefix: new TextEncoder().encode(prefix),
    onOverlong: (line, length) => {
      refused = true;
      const counted = prefix === "" ? "" : ", the name included";
      print(
        `line ${line} is not sent: it has ${length} bytes${counted}, ${MAX_BODY} is the most`,
      );
    },
  });
  return ending === "ended" && refused ? REFUSED : ending;
}

function failure(error: string): Outcome {
  return { code: 1, error };
}
