/**
 * The stress tester as a command: starts servers, plays clients against them, judges
 * and compares what they deliver. Only this file deals with signals and exit codes: 0
 * when every run passed, 1 when a run failed or a server could not be tested, 2 when
 * the command line is wrong, 129, 130 and 143 after SIGHUP, SIGINT and SIGTERM, 141
 * when nobody reads its output.
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
import { Output } from "./output.ts";
import { environment } from "./report/environment.ts";
import { Progress } from "./report/progress.ts";
import type { Report } from "./report/report.ts";
import { runLine } from "./report/run_line.ts";
import { summary } from "./report/summary.ts";
import { ReportFiles } from "./report_files.ts";
import { reason, StartError } from "./target/start_error.ts";

/** In reference mode runs are short, so a round of a comparison has several. */
const REFERENCE_ROUNDS = 5;

/** The signals that interrupt the test, and the exit codes: 128 and their numbers. */
const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** The exit code where standard output was closed: that of SIGPIPE. */
const CLOSED_OUTPUT = 141;

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
    if (typeof asked === "object") {
      using files = new ReportFiles(asked);
      return await test(asked, args, files);
    }
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    new Output().error(error.message);
    return 2;
  }
  new Output().print(asked === "help" ? HELP : `${config.version}\n`);
  return 0;
}

async function test(
  asked: Arguments,
  args: string[],
  files: ReportFiles,
): Promise<number> {
  const stop = new AbortController();
  const output = new Output(() => stop.abort());
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
    await play(asked, report, stop.signal, output);
  } catch (error) {
    if (!stop.signal.aborted) {
      code = 1;
      report.error = error instanceof Error ? error.message : String(error);
      output.error(report.error);
      if (error instanceof StartError) output.relay(error.stderr);
    }
  }
  for (const remove of handlers) remove();
  report.interrupted = stop.signal.aborted;
  report.passed = code === 0 && !report.interrupted &&
    report.servers.every(({ runs, killed }) =>
      !killed && runs.every(({ violations }) => violations.length === 0)
    );
  if (report.servers.some(({ runs }) => runs.length > 0)) {
    output.print(`\n${summary(report, output.width)}\n`);
  }
  const unwritten = files.write(report);
  for (const text of unwritten) output.error(text);
  if (output.failure instanceof Deno.errors.BrokenPipe) code ||= CLOSED_OUTPUT;
  else if (output.failure !== undefined) {
    output.error(`cannot write the results: ${reason(output.failure)}`);
    code ||= 1;
  }
  return code || (report.passed && unwritten.length === 0 ? 0 : 1);
}

async function play(
  { targets, addresses, caCerts, readyTimeout, warmUp, repetitions, play }:
    Arguments,
  { servers }: Report,
  stop: AbortSignal,
  output: Output,
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
      output.print(`${line}\n${violations(run)}`);
    },
    onStderr: (_, text) => output.relay(text),
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

function violations(run: RunResult): string {
  return run.violations.map(({ verdict, text }) => `  ${verdict}: ${text}\n`)
    .join("");
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
    new Output().error(error instanceof Error ? error.message : String(error));
    Deno.exitCode = 1;
  }
}
