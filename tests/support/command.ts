/**
 * The command under test, as a process. `ZILLIONS_COMMAND` names another
 * executable (with arguments, split at spaces), so that the tests of the
 * specification can judge any server.
 */
import { deadline } from "@std/async/deadline";
import { type Address, formatAddress } from "../../lib/wire/address.ts";
import { eventually, inTime } from "./eventually.ts";
import { script } from "./script.ts";

export { inTime };

/** What a command that was stopped exits with. Windows does not ask, it ends it. */
export const STOPPED = Deno.build.os === "windows" ? 1 : 0;

const ROOT = new URL("../..", import.meta.url);

/** Our own command, run from source with the permissions it is documented to need. */
export function ours(...permissions: string[]): string[] {
  return script("main.ts", ...permissions);
}

const UNDER_TEST = Deno.env.get("ZILLIONS_COMMAND")?.split(" ") ??
  ours("--allow-net");

/** Below the ports that systems give to connections, which may take any of theirs. */
const PORTS = { from: 10_000, below: 32_768 };

/** An address of this machine that no server listens on. */
export function freeAddress(hostname = "127.0.0.1"): Address {
  while (true) {
    const port = PORTS.from +
      Math.floor(Math.random() * (PORTS.below - PORTS.from));
    try {
      Deno.listen({ hostname, port }).close();
      return { hostname, port };
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}

/** Processes that run: when all tests are over, those of tests that timed out are killed. */
const running = new Set<Deno.ChildProcess>();
globalThis.addEventListener("unload", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a process, which ends with the tests at the latest. */
export function spawn(
  [program, ...args]: string[],
  options: Omit<Deno.CommandOptions, "args">,
): Deno.ChildProcess {
  const child = new Deno.Command(program!, { cwd: ROOT, ...options, args })
    .spawn();
  running.add(child);
  child.status.then(() => running.delete(child));
  return child;
}

/** The time before each line of our log. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (?=zillions: )/gm;

/** A process that was started. What it logs is given without times. */
export class Command implements AsyncDisposable {
  readonly address: Address;
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #stderr: Promise<string>;
  readonly #logLines: ReadableStreamDefaultReader<string>;

  private constructor(address: Address, command: string[]) {
    this.address = address;
    this.#child = spawn(command, {
      stdout: "piped",
      stderr: "piped",
      stdin: "null",
    });
    this.#lines = lines(this.#child.stdout).getReader();
    const [kept, shown] = lines(this.#child.stderr)
      .pipeThrough(withoutTimes()).tee();
    this.#stderr = Array.fromAsync(kept).then((all) => all.join("\n"));
    this.#logLines = shown.getReader();
  }

  /** Starts a command and waits until it is ready. */
  static async start(
    address: Address = freeAddress(),
    command: string[] = UNDER_TEST,
  ): Promise<Command> {
    const started = new Command(address, [...command, formatAddress(address)]);
    const ready = await inTime(
      started.#lines.read(),
      `${command[0]} to be ready`,
    );
    started.ready = ready.value ?? "";
    if (!started.ready.startsWith("listening on")) {
      await started[Symbol.asyncDispose]();
      throw new Error(`not ready: ${ready.value}, ${await started.#stderr}`);
    }
    return started;
  }

  /** The line that said it was ready. */
  ready = "";

  /** The number of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  kill(signal: Deno.Signal): void {
    try {
      this.#child.kill(signal);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // has ended already
    }
  }

  /** Stops it, and waits, where the system tells, until it has; SIGCONT lets it go on. */
  async pause(): Promise<void> {
    this.kill("SIGSTOP");
    if (Deno.build.os !== "linux") return;
    await eventually(
      "the process to stop",
      () => Deno.readTextFile(`/proc/${this.pid}/stat`),
      (stat) => /\) T /.test(stat),
    );
  }

  get running(): Promise<boolean> {
    return deadline(this.#child.status, 0).then(() => false, () => true);
  }

  /** The next line of standard error; `undefined` at its end. */
  async logLine(): Promise<string | undefined> {
    return (await inTime(this.#logLines.read(), "a line of standard error"))
      .value;
  }

  /** What it did in the end: its exit code, and what it printed after it was ready. */
  async end(): Promise<{ code: number; stdout: string; stderr: string }> {
    const { code } = await inTime(this.#child.status, "the process to end");
    let stdout = "";
    for (
      let read;
      !(read = await inTime(this.#lines.read(), "the end of its output")).done;
    ) {
      stdout += `${read.value}\n`;
    }
    return {
      code,
      stdout,
      stderr: await inTime(this.#stderr, "the end of its errors"),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill("SIGKILL");
    await inTime(this.#child.status, "the process to be killed");
    await this.#lines.cancel();
    await this.#logLines.cancel();
    await inTime(this.#stderr, "the end of its errors");
  }
}

/** Runs a command that should end by itself. What it logs is given without times. */
export async function run(
  command: string[],
): Promise<{ code: number; stdout: string; stderr: string }> {
  const child = spawn(command, {
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  });
  const output = await inTime(child.output(), `${command.join(" ")} to end`);
  const text = new TextDecoder();
  return {
    code: output.code,
    stdout: text.decode(output.stdout),
    stderr: text.decode(output.stderr).replaceAll(TIME, ""),
  };
}

function withoutTimes(): TransformStream<string, string> {
  return new TransformStream({
    transform: (line, controller) =>
      controller.enqueue(line.replaceAll(TIME, "")),
  });
}

function lines(
  bytes: ReadableStream<Uint8Array<ArrayBuffer>>,
): ReadableStream<string> {
  let begun = "";
  return bytes.pipeThrough(new TextDecoderStream()).pipeThrough(
    new TransformStream({
      transform(text, controller) {
        const [first, ...more] = text.split("\n");
        begun += first;
        for (const next of more) {
          controller.enqueue(begun);
          begun = next;
        }
      },
      flush(controller) {
        if (begun !== "") controller.enqueue(begun);
      },
    }),
  );
}
