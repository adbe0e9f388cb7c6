/**
 * The command: `zillions [OPTIONS] ADDRESS`. It owns the arguments, the streams,
 * the signals and the exit code; all else is the library's.
 *
 * Standard output gets one line, `listening on ADDRESS`. Exit codes: 0 after
 * SIGINT or SIGTERM, 1 when it cannot listen, 2 when it was called wrongly.
 *
 * @module
 */
// deno-lint-ignore-file no-console -- the streams are this file's business
import { delay } from "@std/async/delay";
import { parseArgs } from "@std/cli/parse-args";
import config from "./deno.json" with { type: "json" };
import { type Address, formatAddress, parseAddress } from "./lib/address.ts";
import { DEFAULT_CAPACITY, Hub } from "./lib/hub.ts";
import { quote } from "./lib/quote.ts";
import {
  DEFAULT_MAX_CLIENTS,
  DEFAULT_STALL_TIMEOUT,
  serve,
  type Server,
} from "./lib/server.ts";

const USAGE = "zillions [OPTIONS] ADDRESS";

const HELP = `Usage: ${USAGE}

Sends every message of every client to all clients. ADDRESS is the IP address
and port to listen on, 127.0.0.1:8080 or [::1]:8080; port 0 picks a free one.

  --capacity SIZE          memory for messages, which is how far a client can
                           lag before it loses some: bytes, or with K, M or G
                           (default ${DEFAULT_CAPACITY / 1024 ** 2}M)
  --max-clients N          the most clients at a time; more are turned away
                           (default ${DEFAULT_MAX_CLIENTS})
  --stall-timeout SECONDS  disconnect a client that neither takes nor sends a
                           byte for so long while data waits for it; 0: never
                           (default ${DEFAULT_STALL_TIMEOUT / 1000})
  --stats SECONDS          print figures to standard error, every so often
  -h, --help
  --version

SIGINT or SIGTERM sends what waits and ends the server; a second one ends it
at once.`;

/** SIGTERM does not exist on Windows. */
const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM"];

/**
 * Within so many milliseconds, two signals are one: when Ctrl-C is pressed, a
 * task runner passes on what the terminal has sent to the server already.
 */
const ECHO = 200;

const UNITS: Record<string, number> = {
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

interface Command {
  address: Address;
  hub: Hub;
  maxClients: number;
  stallTimeout: number;
  /** Milliseconds between lines of figures; 0: none. */
  stats: number;
}

/** Runs the command with `args` and returns when it has ended. */
export async function main(args: string[]): Promise<void> {
  let command: Command | string;
  try {
    command = parse(args);
  } catch (error) {
    complain(`${reason(error)} (usage: ${USAGE}; see --help)`);
    Deno.exitCode = 2;
    return;
  }
  if (typeof command === "string") console.log(command);
  else await run(command);
}

/** What is to be run, or the text that was asked for. Throws what is wrong. */
function parse(args: string[]): Command | string {
  const parsed = parseArgs(args, {
    boolean: ["help", "version"],
    string: ["capacity", "max-clients", "stall-timeout", "stats"],
    alias: { h: "help" },
    unknown: (arg, key) => {
      if (key !== undefined) throw new Error(`unknown option ${quote(arg)}`);
    },
  });
  if (parsed.help) return HELP;
  if (parsed.version) return `zillions ${config.version}`;
  if (parsed._.length !== 1) {
    const given = parsed._.length || "none";
    throw new Error(`one address is needed, not ${given}`);
  }
  const {
    capacity,
    "max-clients": maxClients,
    "stall-timeout": stallTimeout,
    stats,
  } = parsed;
  return {
    address: parseAddress(String(parsed._[0])),
    hub: new Hub({ capacity: size(capacity) ?? DEFAULT_CAPACITY }),
    maxClients: count(maxClients) ?? DEFAULT_MAX_CLIENTS,
    stallTimeout: seconds("stall-timeout", stallTimeout) ??
      DEFAULT_STALL_TIMEOUT,
    stats: seconds("stats", stats) ?? 0,
  };
}

async function run({ address, stats, ...options }: Command): Promise<void> {
  let server: Server | undefined;
  let stoppedAt = -Infinity;
  const stop = () => {
    if (performance.now() - stoppedAt < ECHO) return;
    stoppedAt = performance.now();
    server?.shutdown();
  };
  // Before all else: Deno's own signal handler, which it installs later unless
  // there is one, panics if descriptors have run out by then.
  for (const signal of SIGNALS) Deno.addSignalListener(signal, stop);
  const ended = new AbortController();
  try {
    server = serve({
      ...address,
      ...options,
      onListen: (addr) => console.log(`listening on ${formatAddress(addr)}`),
      onError: (error) => complain(reason(error)),
    });
    if (stats > 0) printStats(server, stats, ended.signal);
    await server.finished;
  } catch (error) {
    complain(`cannot listen on ${formatAddress(address)}: ${reason(error)}`);
    Deno.exitCode = 1;
  } finally {
    ended.abort();
    for (const signal of SIGNALS) Deno.removeSignalListener(signal, stop);
  }
}

async function printStats(
  server: Server,
  interval: number,
  signal: AbortSignal,
): Promise<void> {
  // The wait ends by a rejection only when the signal aborts.
  while (await delay(interval, { signal }).then(() => true, () => false)) {
    const { disconnected, ...figures } = server.stats();
    const pairs = Object.entries({ ...figures, ...disconnected });
    console.error(pairs.map(([name, n]) => `${name}=${n}`).join(" "));
  }
}

function size(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const { digits, unit } =
    text.match(/^(?<digits>\d{1,12})(?<unit>[KMG])?$/i)?.groups ?? {};
  if (digits === undefined) {
    throw new Error(
      `--capacity needs a size such as 4194304 or 4M, not ${quote(text)}`,
    );
  }
  return Number(digits) * (UNITS[unit?.toUpperCase() ?? ""] ?? 1);
}

function count(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^0*[1-9]\d{0,8}$/.test(text)) {
    throw new Error(
      `--max-clients needs a whole number from 1, not ${quote(text)}`,
    );
  }
  return Number(text);
}

function seconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text)) {
    throw new Error(`--${name} needs a number of seconds, not ${quote(text)}`);
  }
  return Number(text) * 1000;
}

function complain(message: string): void {
  console.error(`zillions: ${message}`);
}

/** One line that says why, in plain words where the system's are not. */
function reason(error: unknown): string {
  if (error instanceof Deno.errors.AddrInUse) return "the port is taken";
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "the address is not this machine's";
  }
  if (error instanceof Deno.errors.PermissionDenied) {
    return "permission denied by the system";
  }
  const message = error instanceof Error ? error.message : String(error);
  return message.replaceAll(/\s+/g, " ").replace(/^Cannot/, "cannot");
}

if (import.meta.main) await main(Deno.args);
