/**
 * The command of the client. `lib/client/mod.ts` calls it when it is run as a
 * program. It owns the arguments and the exit code.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- this is a program
import config from "../../../deno.json" with { type: "json" };
import { parseCommandLine, UsageError } from "../../cli/command_line.ts";
import { helpText } from "../../cli/help.ts";
import { LineWriter } from "../../cli/line_writer.ts";
import { type Address, formatAddress } from "../../wire/address.ts";
import { escape } from "../../wire/escape.ts";
import { MAX_BODY } from "../../wire/frame.ts";
import { describeError, isDisconnect } from "../../wire/io_error.ts";
import { type Client, connect, TruncatedFrameError } from "../client.ts";
import { COMMAND } from "./arguments.ts";
import { pipe } from "./pipe.ts";
import { input, output, StreamError } from "./streams.ts";
import { chatAtTerminal } from "./terminal.ts";

/** How the command ended: its exit code, and what it prints to standard error. */
interface Outcome {
  readonly code: number;
  readonly error?: string;
}

const SUCCESS: Outcome = { code: 0 };

/** Runs the command with `args` and ends the process. */
export async function main(args: string[]): Promise<never> {
  const { code, error } = await run(args);
  // It may quote arguments.
  if (error) console.error(`client: ${escape(error)}`);
  // A read of standard input may be pending, and would keep the process alive.
  Deno.exit(code);
}

async function run(args: string[]): Promise<Outcome> {
  let parsed;
  try {
    parsed = parseCommandLine(args, COMMAND);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: 2, error: error.message };
  }
  if (parsed === "help") console.log(helpText(COMMAND));
  else if (parsed === "version") console.log(`zillions ${config.version}`);
  else return await talk(parsed.argument);
  return SUCCESS;
}

/** Connects to the server and talks to it, until one of them ends it. */
async function talk(server: Address): Promise<Outcome> {
  const address = formatAddress(server);
  let client: Client;
  try {
    client = await connect(server);
  } catch (error) {
    return failure(`cannot connect to ${address}: ${describeError(error)}`);
  }
  try {
    const ending = Deno.stdin.isTerminal() && Deno.stdout.isTerminal()
      ? await chatAtTerminal(client, address)
      : await pipeStreams(client);
    if (typeof ending === "number") return { code: ending };
    return ending === "ended"
      ? SUCCESS
      : failure(`${address} ended the connection before the input ended`);
  } catch (error) {
    if (error instanceof StreamError) return failure(error.message);
    if (error instanceof TruncatedFrameError) {
      return failure(`lost ${address}: the connection ended inside a message`);
    }
    if (isDisconnect(error)) {
      return failure(`lost ${address}: ${describeError(error)}`);
    }
    throw error;
  }
}

async function pipeStreams(client: Client): Promise<"ended" | "disconnected"> {
  const ended = await pipe({
    client,
    input,
    output: new LineWriter(output),
    // A program gets messages as they are; a terminal would act on them.
    ...Deno.stdout.isTerminal() ? { show: escape } : {},
    onOverlong: (line, length) =>
      console.error(
        `client: line ${line} is not sent: it has ${length} bytes, ${MAX_BODY} is the most`,
      ),
  });
  return ended ? "ended" : "disconnected";
}

function failure(error: string): Outcome {
  return { code: 1, error };
}
