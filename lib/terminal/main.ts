/**
 * The command-line client. `lib/client.ts` calls it when it is run as a program.
 * Its one rule: it alone knows of arguments, standard streams, signals and exit
 * codes.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import config from "../../deno.json" with { type: "json" };
import { type Address, formatAddress, parseAddress } from "../address.ts";
import { type Client, connect, TornFrameError } from "../client.ts";
import { MAX_BODY } from "../frame.ts";
import { isGone } from "../gone.ts";
import { harmless } from "./harmless.ts";
import { Outlet } from "./outlet.ts";
import { talk } from "./piped.ts";

const DEFAULT_ADDRESS = "127.0.0.1:8080";

const USAGE = "client [ADDRESS]";

const HELP = `Chats with a Zillions server: each line is a message.

Usage: ${USAGE}

ADDRESS is IP:PORT, with brackets around an IPv6 address; without it,
${DEFAULT_ADDRESS}. A message is at most ${MAX_BODY} bytes.

Options:
  -h, --help     Show this and leave
  -V, --version  Show the version and leave

On a terminal:
  Enter              send; each line of a paste is a message
  Up, Down           what was sent before
  Ctrl-A, Ctrl-E     start, end of the line
  Alt-B, Alt-F       a word back, forward; also Ctrl-Left, Ctrl-Right
  Ctrl-U, Ctrl-K     delete to the start, to the end; Ctrl-Y brings it back
  Ctrl-W, Alt-D      delete the word before, after
  Ctrl-L             draw anew
  Ctrl-D             end; leaves when the server has sent everything
  Ctrl-C             leave at once

Piped, messages are printed as lines, or as "[received non-utf8 data]"; the end
of the input ends the sending side. Exit status: 0 when the server ended the
connection after that, 1 when there was none or it was lost, 2 for wrong usage.
`;

/** Exit codes. */
const ENDED = 0;
const FAILED = 1;
const MISUSED = 2;

/** Runs the command and ends the process. */
export async function main(args: string[]): Promise<never> {
  Deno.exit(await run(args));
}

function run(args: string[]): number | Promise<number> {
  const unknown: string[] = [];
  const { _: addresses, help, version } = parseArgs(args, {
    alias: { h: "help", V: "version" },
    boolean: ["help", "version"],
    unknown: (arg, key) => key === undefined || unknown.push(arg) === 0,
  });
  if (unknown.length > 0) return misused(`There is no option ${unknown[0]}`);
  if (help) return say(HELP);
  if (version) return say(`${config.version}\n`);
  if (addresses.length > 1) return misused("One address is enough");
  let address: Address;
  try {
    address = parseAddress(String(addresses[0] ?? DEFAULT_ADDRESS));
  } catch (error) {
    return misused(reason(error));
  }
  return chat(address);
}

async function chat(address: Address): Promise<number> {
  const name = formatAddress(address);
  let client: Client;
  try {
    client = await connect(address);
  } catch (error) {
    return failed(`Cannot connect to ${name}: ${reason(error)}`);
  }
  try {
    const ended = await talk({
      client,
      input: { read: (buffer) => stream("read", Deno.stdin.read(buffer)) },
      outlet: new Outlet({
        write: (bytes) => stream("write", Deno.stdout.write(bytes)),
      }),
      // A message is printed as it is, but not to a terminal, which acts on it.
      ...Deno.stdout.isTerminal() ? { show: harmless } : {},
      refuse: (line, length) =>
        complain(
          `Cannot send line ${line}: it has ${length} bytes, ${MAX_BODY} is the most`,
        ),
    });
    return ended
      ? ENDED
      : failed(`${name} ended the connection before the input did`);
  } catch (error) {
    if (error instanceof TornFrameError) {
      return failed(
        `Lost the connection to ${name}: it ended inside a message`,
      );
    }
    if (error instanceof StreamError) return failed(error.message);
    if (isGone(error)) {
      return failed(`Lost the connection to ${name}: ${reason(error)}`);
    }
    throw error;
  }
}

/** Standard input or output failed: a full disk, a directory as input. */
class StreamError extends Error {}

/** Tells failures of standard streams from those of the connection. */
async function stream<T>(verb: string, operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) throw error;
    const name = verb === "read" ? "input" : "output";
    throw new StreamError(`Cannot ${verb} the ${name}: ${reason(error)}`);
  }
}

function say(text: string): number {
  Deno.stdout.writeSync(new TextEncoder().encode(text));
  return ENDED;
}

function misused(message: string): number {
  complain(`${message}. Usage: ${USAGE}`);
  return MISUSED;
}

function failed(message: string): number {
  complain(message);
  return FAILED;
}

/** One line on standard error. Arguments and servers have a part in it. */
function complain(message: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(`${harmless(message)}\n`));
}

/** The system's reason, without its number. */
function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message.replace(/ \(os error \d+\)$/, "");
}
