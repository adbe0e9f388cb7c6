/**
 * The command of the server: `zillions [OPTIONS] ADDRESS`. It owns the arguments,
 * the streams, the signals and the exit code; the library does everything else.
 *
 * Standard output gets one line, `listening on ADDRESS`. Exit codes: 0 after
 * SIGINT or SIGTERM, 1 when it cannot listen, 2 for a wrong command line.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { delay } from "@std/async/delay";
import config from "./deno.json" with { type: "json" };
import { parseCommandLine, UsageError } from "./lib/cli/command_line.ts";
import { helpText } from "./lib/cli/help.ts";
import { LineWriter } from "./lib/cli/line_writer.ts";
import { Logger } from "./lib/cli/logger.ts";
import type { CommandProcess } from "./lib/cli/process.ts";
import { COMMAND, type ServerOptions } from "./lib/command/arguments.ts";
import type { Certificate } from "./lib/command/certificate.ts";
import {
  eventLevel,
  eventLine,
  failureLine,
  fatalLine,
  statsLine,
  usageLine,
} from "./lib/command/log_lines.ts";
import type { Pages } from "./lib/command/pages.ts";
import { Hub } from "./lib/hub/hub.ts";
import type { Room } from "./lib/nats/room.ts";
import { listen } from "./lib/server/listener.ts";
import { serve, type Server } from "./lib/server/serve.ts";
import { type Address, formatAddress } from "./lib/wire/address.ts";

/** Signals that end the server; Windows has no SIGTERM. */
const SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Signals that print the stats. */
const STATS_SIGNALS: Deno.Signal[] = Deno.build.os === "windows"
  ? []
  : ["SIGUSR2"];

/**
 * Two signals within so many milliseconds count as one. On Ctrl-C the terminal
 * sends SIGINT to the server, and a task runner sends it again; when a terminal
 * closes, the shell repeats its SIGHUP in the same way.
 */
const SIGNAL_ECHO = 200;

/** How long the command waits at its end for a reader of its last lines, in milliseconds. */
const FLUSH_TIMEOUT = 1000;

/** How often the logger begins to count anew, in milliseconds. */
const LOG_PERIOD = 10_000;

/** What the command runs in. */
interface Surroundings {
  readonly process: CommandProcess;
  /** Waits. */
  readonly wait: typeof delay;
  readonly output: LineWriter;
  readonly errors: LineWriter;
}

/**
 * Runs the command with `args` and returns when it has ended.
 *
 * @param process What it runs in; a test gives its own, and its own time.
 */
export async function main(
  args: string[],
  process: CommandProcess = Deno,
  wait = delay,
): Promise<void> {
  const output = new LineWriter(process.stdout);
  const errors = new LineWriter(process.stderr);
  process.exitCode = await command(args, { process, wait, output, errors });
  try {
    await deadline(
      Promise.all([output.flushed(), errors.flushed()]),
      FLUSH_TIMEOUT,
    );
  } catch { // a write that nobody reads would keep the process alive
    process.exit();
  }
}

/** Does what the command line asks for, and returns the exit code. */
async function command(
  args: string[],
  surroundings: Surroundings,
): Promise<number> {
  const { output, errors } = surroundings;
  let parsed;
  try {
    parsed = parseCommandLine(args, COMMAND);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const [json, noLogTime] = ["--json", "--no-log-time"]
      .map((option) => args.includes(option)) as [boolean, boolean];
    new Logger(errors, { json, noLogTime }).print(usageLine(error));
    return 2;
  }
  if (parsed === "help") output.tryWrite(helpText(COMMAND));
  else if (parsed === "version") output.tryWrite(`zillions ${config.version}`);
  else {
    const { argument, options } = parsed;
    const logger = new Logger(errors, options);
    return await run(argument, options, surroundings, logger);
  }
  return 0;
}

/** Runs the server until it ends, and returns the exit code. */
async function run(
  address: Address,
  options: ServerOptions,
  { process, wait, output }: Surroundings,
  logger: Logger,
): Promise<number> {
  const { capacity, maxClients, stallTimeout, stats } = options;
  const { maxClientsPerAddress = maxClients, maxRate = Infinity } = options;
  let server: Server | undefined;
  let stoppedAt = -Infinity;
  const stop = () => {
    if (performance.now() - stoppedAt < SIGNAL_ECHO) return;
    stoppedAt = performance.now();
    server?.shutdown();
  };
  // Before all else: Deno's own signal handler, which it installs later unless
  // there is one, panics if descriptors have run out by then.
  let certificate: Certificate | undefined;
  const hangUp = hasTerminal(process) ? stop : () => void certificate?.renew();
  const answer = (signal: Deno.Signal) => signal === "SIGHUP" ? hangUp : stop;
  for (const signal of SIGNALS) Deno.addSignalListener(signal, answer(signal));
  const print = () => {
    if (server) logger.print(statsLine(server.stats(), room?.stats()));
  };
  for (const signal of STATS_SIGNALS) Deno.addSignalListener(signal, print);
  const ended = new AbortController();
  const hub = new Hub({ capacity });
  let what: string | undefined;
  let room: Room | undefined;
  try {
    certificate = await readCertificate(options, logger);
    what = `cannot listen on ${formatAddress(address)}`;
    using listener = certificate?.listen(address) ?? listen(address);
    what = undefined;
    using pages = (options.web ?? options.monitor) &&
      await listenForPages(options, logger, certificate);
    if (options.nats !== undefined) {
      const { joinAsNode } = await import("./lib/command/node.ts");
      room = await joinAsNode(hub, options.nats, options, logger);
    }
    server = serve({
      listener,
      hub,
      ...room && { publisher: room },
      maxClients,
      maxClientsPerAddress,
      maxRate,
      stallTimeout,
      onListen: (addr) =>
        output.tryWrite(`listening on ${formatAddress(addr)}`),
      onError: (error) => logger.log(failureLine(error)),
      onEvent: (event) => {
        if (logger.logs(eventLevel(event))) logger.log(eventLine(event));
      },
    });
    await pages?.serve(server, room);
    if (stoppedAt > -Infinity) server.shutdown(); // a signal while the room was joined
    const repeat = async (pause: number, task: () => void) => {
      const { signal } = ended;
      // The wait ends by a rejection only when the signal aborts.
      while (await wait(pause, { signal }).then(() => true, () => false)) {
        task();
      }
    };
    repeat(LOG_PERIOD, () => logger.nextPeriod());
    if (stats > 0) repeat(stats, print);
    await server.finished;
    return 0;
  } catch (error) {
    logger.print(fatalLine(error, what));
    return 1;
  } finally {
    ended.abort();
    await room?.close();
    logger.nextPeriod();
    if (stats > 0) print();
    for (const signal of STATS_SIGNALS) {
      Deno.removeSignalListener(signal, print);
    }
    for (const signal of SIGNALS) {
      Deno.removeSignalListener(signal, answer(signal));
    }
  }
}

/** Reads what `--tls-cert` and `--tls-key` name; what it takes is loaded only then. */
async function readCertificate(
  { tlsCert, tlsKey }: ServerOptions,
  logger: Logger,
): Promise<Certificate | undefined> {
  if (tlsCert === undefined || tlsKey === undefined) return undefined;
  const { Certificate } = await import("./lib/command/certificate.ts");
  return await Certificate.read({ tlsCert, tlsKey }, logger);
}

/** Listens where the pages will be; what it takes is loaded only then. */
async function listenForPages(
  options: ServerOptions,
  logger: Logger,
  certificate: Certificate | undefined,
): Promise<Pages> {
  const { Pages } = await import("./lib/command/pages.ts");
  return new Pages(options, logger, certificate);
}

/**
 * Whether there is a terminal to lose. Without one, as a service or under nohup,
 * a hang-up means nothing; but Deno, left alone, would end at it.
 */
function hasTerminal({ stdin, stdout, stderr }: CommandProcess): boolean {
  return [stdin, stdout, stderr].some((stream) => stream.isTerminal());
}

if (import.meta.main) await main(Deno.args);
