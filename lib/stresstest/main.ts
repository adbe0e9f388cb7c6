/**
 * The stress tester as a command: starts servers, plays clients against them, judges
 * and compares what they deliver. Only this file deals with streams, signals and exit
 * codes: 0 when every run passed, 1 when a run failed or a server could not be tested,
 * 2 when the command line is wrong, 130 and 143 after SIGINT and SIGTERM, and 141 when
 * nobody reads standard output any more.
 *
 * ```sh
 * deno run -A jsr:@zillions/stresstest ./server
 * ```
 *
 * @module
 */
import { type Arguments, parseArguments, UsageError } from "./arguments.ts";
import config from "./deno.json" with { type: "json" };
import { playLoad } from "./load/load.ts";
import { Reference } from "./load/reference.ts";
import type { RunResult } from "./load/result.ts";
import { emptyResults, playRounds, type RoundsOptions } from "./load/rounds.ts";
import { sweep } from "./load/sweep.ts";
import { HELP } from "./command_line.ts";
import { environment } from "./report/environment.ts";
import { renderHtml } from "./report/html/html_report.ts";
import { renderJson } from "./report/json_report.ts";
import { Progress } from "./report/progress.ts";
import type { Report } from "./report/report.ts";
import { runLine } from "./report/run_line.ts";
import { summary } from "./report/summary.ts";
import { wrap } from "./report/wrap.ts";
import { ReportFile } from "./report_file.ts";
import { StartError } from "./target/start_error.ts";
import { writeAll } from "./write_all.ts";

/** In reference mode runs are short, so a round of a comparison has several. */
const REFERENCE_ROUNDS = 5;

/** The longest line of a table where standard output is no terminal. */
const WIDTH = 120;

/** The signals that interrupt the test, and the exit codes: 128 and their numbers. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const;

/** The exit code after SIGPIPE, which ends other programs whose output nobody reads. */
const NOBODY_READS = 141;

/**
 * Runs the command.
 *
 * @param args The arguments of the command line.
 * @returns The exit code.
 */
export async function main(args: string[]): Promise<number> {
  let asked: Arguments | "help" | "version";
  try {
    asked = parseArguments(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    printError(error.message);
    return 2;
  }
  if (asked === "help") print(HELP);
  else if (asked === "version") print(`${config.version}\n`);
  else return await test(asked, args);
  return 0;
}

async function test(asked: Arguments, args: string[]): Promise<number> {
  let files: ReportFile[];
  try {
    files = ReportFile.openAll([
      { option: "json", name: asked.json, render: renderJson },
      { option: "report", name: asked.report, render: renderHtml },
    ]);
  } catch (error) {
    printError((error as Error).message);
    return 2;
  }
  const stop = new AbortController();
  let code = 0;
  const handlers = Object.entries(SIGNALS).map(([name, signalCode]) => {
    const signal = name as keyof typeof SIGNALS;
    const handler = () => {
      code = signalCode;
      stop.abort();
    };
    Deno.addSignalListener(signal, handler);
    return () => Deno.removeSignalListener(signal, handler);
  });
  const report: Report = {
    version: config.version,
    command: ["stresstest", ...args].map(shellWord).join(" "),
    environment: environment(),
    mode: asked.play.mode,
    settings: asked.settings,
    servers: emptyResults(asked.targets),
    planned: asked.play.mode === "sweep"
      ? null
      : asked.targets.length * asked.repetitions,
    error: null,
    passed: false,
    interrupted: false,
  };
  try {
    await play(asked, report, stop.signal);
  } catch (error) {
    if (isUnread(error)) {
      code = NOBODY_READS;
      stop.abort();
    } else if (!stop.signal.aborted) {
      code = 1;
      report.error = error instanceof Error ? error.message : String(error);
      printError(report.error);
      if (error instanceof StartError) relay(error.stderr);
    }
  }
  for (const remove of handlers) remove();
  report.interrupted = stop.signal.aborted;
  report.passed = code === 0 &&
    report.servers.every(({ runs, killed }) =>
      !killed && runs.every(({ violations }) => violations.length === 0)
    );
  const failed = files.flatMap((file) => file.write(report) ?? []);
  for (const problem of failed) printError(problem);
  if (code === NOBODY_READS) return code;
  if (report.servers.some(({ runs }) => runs.length > 0)) {
    const wide = width();
    print(wrapped(`\n${summary(report, wide)}\n`, wide));
  }
  return code || (report.passed && failed.length === 0 ? 0 : 1);
}

/** Whether an error says that nobody reads standard output any more. */
function isUnread(error: unknown): boolean {
  return error instanceof Deno.errors.BrokenPipe;
}

async function play(
  { targets, addresses, caCerts, readyTimeout, warmUp, repetitions, play }:
    Arguments,
  { servers }: Report,
  stop: AbortSignal,
): Promise<void> {
  using progress = new Progress();
  const many = targets.length > 1;
  const options: RoundsOptions = {
    addresses,
    caCerts,
    readyTimeout,
    warmUp,
    stop,
    onBegin(name, run) {
      const of = play.mode === "sweep" ? "" : ` of ${repetitions}`;
      const text = run === 0 ? "warm-up" : `run ${run}${of}`;
      return (sent, all, deliveries) =>
        progress.show(`${name}, ${text}`, sent, all, deliveries);
    },
    onRun(name, run) {
      progress.clear();
      const line = `${many ? `${name}: ` : ""}${runLine(run)}`;
      print(wrapped(`${line}\n${violations(run)}`, width()));
    },
    onStderr: (_, text) => relay(text),
  };
  if (play.mode === "reference") {
    const rounds = many ? Math.min(REFERENCE_ROUNDS, repetitions) : 1;
    await playRounds(targets, servers, options, (server) => {
      const reference = new Reference(server, play.settings);
      return {
        run: (runOptions) => reference.repetition(runOptions),
        close: () => reference[Symbol.dispose](),
      };
    }, { repetitions, rounds });
  } else if (play.mode === "load") {
    let runs = 0;
    await playRounds(targets, servers, options, (server) => ({
      run: (runOptions) => playLoad(server, play.settings, runs++, runOptions),
      close() {},
    }), { repetitions, rounds: repetitions });
  } else {
    const { settings, duration } = play;
    await sweep(targets, servers, options, { ...settings, duration });
  }
}

/** The width of the terminal; elsewhere lines may be this long. */
function width(): number {
  return Deno.stdout.isTerminal() ? Deno.consoleSize().columns : WIDTH;
}

/** Breaks lines where a terminal would break them inside words. */
function wrapped(text: string, width: number): string {
  return Deno.stdout.isTerminal() ? wrap(text, width) : text;
}

function violations(run: RunResult): string {
  return run.violations.map(({ verdict, text }) => `  ${verdict}: ${text}\n`)
    .join("");
}

function print(text: string): void {
  writeAll(Deno.stdout, text);
}

function printError(text: string): void {
  writeAll(Deno.stderr, `stresstest: ${text}\n`);
}

/** Prints what a server has printed, marked as such. */
function relay(text: string): void {
  const lines = text.split("\n").filter((line) => line !== "");
  writeAll(Deno.stderr, lines.map((line) => `  | ${line}\n`).join(""));
}

/** A word as a shell reads it back. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word)
    ? word
    : `'${word.replaceAll("'", `'\\''`)}'`;
}

if (import.meta.main) {
  try {
    Deno.exitCode = await main(Deno.args);
  } catch (error) {
    Deno.exitCode = isUnread(error) ? NOBODY_READS : 1;
    if (!isUnread(error)) printError((error as Error).message);
  }
}
