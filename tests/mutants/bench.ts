/**
 * A workbench: a copy of the repository in a temporary folder in which one mutant
 * after the other is tried. The work tree is only read.
 */
import { join } from "node:path";
import { apply, type Mutation } from "./mutations.ts";
import type { Stage } from "./suites.ts";

/** What became of a mutant. */
export type Fate = "killed" | "timed out" | "survived";

/** What a run of tests came to. */
interface Outcome {
  readonly fate: Fate;
  readonly output: string;
}

/** Larger files are products and recordings, which no test of the core reads. */
const LARGEST = 1024 ** 2;

/** Folders that tests of the core do not read. */
const LEFT_OUT = new Set(["coverage", "node_modules"]);

/** The most memory that tests may take, in KiB: a mutant may never stop to ask for more. */
const MEMORY = 4 * 1024 ** 2;

/** A copy of the repository. */
export class Bench implements Disposable {
  readonly root: string;
  readonly #signal: AbortSignal;

  constructor(source: string, signal: AbortSignal) {
    this.root = Deno.makeTempDirSync({ prefix: "mutants-" });
    this.#signal = signal;
    copy(source, this.root);
  }

  /** Runs one stage on the unchanged code, or on the mutant that is in place. */
  async run(tests: Stage, limit: number): Promise<Outcome> {
    const [program = "", ...args] = [
      ...(Deno.build.os === "linux"
        ? ["sh", "-c", `ulimit -d ${MEMORY}; exec "$@"`, "sh"]
        : []),
      ...[Deno.execPath(), "test", "-A", "--quiet", "--no-check"],
      ...["--fail-fast", "--hide-stacktraces", ...tests],
    ];
    const child = new Deno.Command(program, {
      args,
      cwd: this.root,
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      // A group of its own, to be ended together with the processes that tests start.
      detached: true,
    }).spawn();
    const end = () => endGroup(child);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      end();
    }, limit);
    this.#signal.addEventListener("abort", end);
    try {
      const { success, stdout, stderr } = await child.output();
      const text = new TextDecoder();
      return {
        fate: late ? "timed out" : success ? "survived" : "killed",
        output: text.decode(stdout) + text.decode(stderr),
      };
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener("abort", end);
      end(); // what a test that failed has left behind
    }
  }

  /** Runs stages on a mutant until one notices it. */
  async judge(
    file: string,
    mutation: Mutation,
    stages: readonly { tests: Stage; limit: number }[],
  ): Promise<Fate> {
    const path = join(this.root, file);
    const source = await Deno.readTextFile(path);
    await Deno.writeTextFile(path, apply(source, mutation));
    try {
      for (const { tests, limit } of stages) {
        const { fate } = await this.run(tests, limit);
        if (fate !== "survived") return fate;
      }
      return "survived";
    } finally {
      await Deno.writeTextFile(path, source);
    }
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.root, { recursive: true });
  }
}

function endGroup(child: Deno.ChildProcess): void {
  try {
    if (Deno.build.os === "windows") child.kill("SIGKILL");
    else Deno.kill(-child.pid, "SIGKILL");
  } catch (error) { // has ended already
    const ended = error instanceof Deno.errors.NotFound ||
      error instanceof TypeError;
    if (!ended) throw error;
  }
}

/** Copies what tests of the core may read. */
function copy(from: string, to: string): void {
  for (const { name, isDirectory, isFile } of Deno.readDirSync(from)) {
    if (name.startsWith(".") || LEFT_OUT.has(name)) continue;
    const [source, target] = [join(from, name), join(to, name)];
    if (isDirectory) {
      Deno.mkdirSync(target);
      copy(source, target);
    } else if (isFile && Deno.statSync(source).size <= LARGEST) {
      Deno.copyFileSync(source, target);
    }
  }
}
