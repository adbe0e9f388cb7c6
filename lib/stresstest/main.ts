/**
 * The stress tester, as a command: starts servers, plays clients against them,
 * judges and compares what they deliver. It alone owns arguments, streams,
 * signals and exit codes: 0 when every verdict held, 1 when not or when a server
 * could not be tested, 2 when the command line is wrong.
 *
 * ```sh
 * deno run -A jsr:@zillions/server/stresstest ./server
 * ```
 *
 * @module
 */
import config from "./deno.json" with { type: "json" };
import { type Arguments, parseArguments, UsageError } from "./arguments.ts";
import { environment } from "./report/environment.ts";
import { HELP } from "./options.ts";
import { load } from "./load/load.ts";
import { StartError } from "./target/start_error.ts";
import { Progress } from "./report/progress.ts";
import { Reference } from "./load/reference.ts";
import type { Report, RunResult } from "./load/result.ts";
import { sweep } from "./load/sweep.ts";
import { runLine, summary } from "./report/summary.ts";
import { playRounds, results, type Starting } from "./load/rounds.ts";

/** In reference mode repetitions are short, so a round of a comparison is several. */
const REFERENCE_ROUNDS = 5;

/** What ends the test early, and the exit status it then has: 128 and its number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs the command.
 *
 * @param args As they stand on the command line.
 * @returns The exit status.
 */
export async function main(args: string[]): Promise<number> {
  let asked: Arguments | "help" | "version";
  try {
    asked = parseArguments(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    complain(error.message);
    return 2;
  }
  if (asked === "help") print(HELP);
  else if (asked === "version") print(`${config.version}\n`);
  else return await test(asked, args);
  return 0;
}

async function test(asked: Arguments, args: string[]): Promise<number> {
  const stop = new AbortController();
  let status = 0;
  const handlers = Object.entries(SIGNALS).map(([name, code]) => {
    const signal = name as keyof typeof SIGNALS;
    const handler = () => {
      status = code;
      stop.abort();
    };
    Deno.addSignalListener(signal, handler);
    return () => Deno.removeSignalListener(signal, handler);
  });
  const report: Report = {
    version: config.version,
    command: ["stresstest", ...args].map(quote).join(" "),
    environment: environment(),
    mode: asked.mode.name,
    settings: asked.inForce,
    servers: results(asked.targets),
    passed: false,
    interrupted: false,
  };
  try {
    await play(asked, report, stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) {
      status = 1;
      complain(error instanceof Error ? error.message : String(error));
      if (error instanceof StartError) relay(error.stderr);
    }
  }
  for (const remove of handlers) remove();
  report.interrupted = stop.signal.aborted;
  report.passed = status === 0 &&
    report.servers.every(({ runs }) =>
      runs.every(({ violations }) => violations.length === 0)
    );
  if (report.servers.some(({ runs }) => runs.length > 0)) {
    print(`\n${summary(report)}\n`);
  }
  await write(asked, report);
  return status || (report.passed ? 0 : 1);
}

async function play(
  asked: Arguments,
  report: Report,
  stop: AbortSignal,
): Promise<void> {
  const { targets, address, readyTimeout, repetitions, mode } = asked;
  using progress = new Progress();
  const many = targets.length > 1;
  const starting: Starting = {
    address,
    readyTimeout,
    stop,
    onBegin: (name, run) => (done, of, deliveries) =>
      progress.show(`${name}, run ${run}`, done, of, deliveries),
    onRun(name, run) {
      progress.clear();
      print(`${many ? `${name}: ` : ""}${runLine(run)}\n${violations(run)}`);
    },
    onStderr: (_, text) => relay(text),
  };
  const found = report.servers;
  if (mode.name === "reference") {
    const rounds = many ? Math.min(REFERENCE_ROUNDS, repetitions) : 1;
    await playRounds(targets, found, starting, async (server) => {
      const reference = await Reference.open(server, mode.settings);
      return {
        run: (watched) => reference.repetition(watched),
        close: () => reference[Symbol.dispose](),
      };
    }, { repetitions, rounds });
  } else if (mode.name === "load") {
    let runs = 0;
    await playRounds(targets, found, starting, (server) => ({
      run: (watched) => load(server, mode.settings, runs++, watched),
      close() {},
    }), { repetitions, rounds: repetitions });
  } else {
    const { settings, duration } = mode;
    await sweep(targets, found, starting, { ...settings, duration });
  }
}

async function write(asked: Arguments, report: Report): Promise<void> {
  if (asked.json !== undefined) {
    await Deno.writeTextFile(asked.json, JSON.stringify(report, null, 2));
  }
  if (asked.report !== undefined) {
    const { renderReport } = await import("./report/html/html_report.ts");
    await Deno.writeTextFile(asked.report, renderReport(report));
  }
}

function violations(run: RunResult): string {
  return run.violations.map(({ verdict, text }) => `  ${verdict}: ${text}\n`)
    .join("");
}

function print(text: string): void {
  writeAll(Deno.stdout, text);
}

function complain(text: string): void {
  writeAll(Deno.stderr, `stresstest: ${text}\n`);
}

/** Passes on what a server printed, marked as its own. */
function relay(text: string): void {
  const lines = text.split("\n").filter((line) => line !== "");
  writeAll(Deno.stderr, lines.map((line) => `  | ${line}\n`).join(""));
}

function writeAll(
  stream: { writeSync(bytes: Uint8Array): number },
  text: string,
): void {
  let rest = new TextEncoder().encode(text);
  while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
}

/** A word, as a shell reads it back. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    Deno.exitCode = 1;
  }
}
