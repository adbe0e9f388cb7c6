/**
 * The process of the server under test. Its one rule: when it is stopped, whatever
 * it started is gone, children included.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { type Address, formatAddress } from "@zillions/server/address";
import { reason, StartError } from "./start_error.ts";
import type { Target } from "./target.ts";

/** What a server prints when it accepts connections. */
export const READY = "listening on";

/** How long a server may take to end when it is asked to, in milliseconds. */
const GRACE = 2000;

/** How much of the end of its standard error is kept, in characters. */
const KEPT = 4096;

/** A process and the end of what it says. */
export class Process {
  /** The end of what it printed to standard error. */
  stderr = "";
  /** Resolves with how it ended. */
  readonly ended: Promise<string>;
  readonly #child: Deno.ChildProcess;
  readonly #name: string;
  readonly #line = Promise.withResolvers<string>();
  readonly #cut = new AbortController();
  readonly #reading: Promise<unknown>;

  /** Starts the command of a target, with `address` as its last argument. */
  constructor({ name, command = [] }: Target, address: Address) {
    const [program = "", ...args] = command;
    this.#name = name;
    try {
      this.#child = new Deno.Command(program, {
        args: [...args, formatAddress(address)],
        stdin: "null",
        stdout: "piped",
        stderr: "piped",
        // A process group of its own: Ctrl-C reaches the tester alone, and the
        // server's children can be stopped with it.
        detached: true,
      }).spawn();
    } catch (error) {
      throw new StartError(`Cannot start ${program}: ${reason(error)}`);
    }
    this.ended = this.#child.status.then(({ code, signal }) =>
      signal ? `signal ${signal}` : `exit status ${code}`
    );
    this.#reading = Promise.all([
      this.#readOutput(),
      this.#each(this.#child.stderr, (text) => {
        this.stderr = (this.stderr + text).slice(-KEPT);
      }),
    ]);
  }

  /** The id of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** The line that says it is ready. */
  async ready(timeout: number, signal: AbortSignal): Promise<string> {
    const died = this.ended.then((how) => {
      throw new StartError(
        `Cannot test ${this.#name}: it ended with ${how} before it printed "${READY}"`,
      );
    });
    try {
      return await deadline(
        Promise.race([this.#line.promise, died]),
        timeout,
        { signal },
      );
    } catch (error) {
      if (error instanceof StartError || signal.aborted) throw error;
      throw new StartError(
        `Cannot test ${this.#name}: it did not print "${READY}" within ${
          timeout / 1000
        } s`,
      );
    } finally {
      died.catch(() => {}); // it ends some time, and was told in time
    }
  }

  /** Ends it: it is asked to, then made to. */
  async stop(): Promise<void> {
    this.#signal("SIGTERM");
    try {
      await deadline(this.ended, GRACE);
    } catch {
      // It takes its time: no more is given below.
    }
    this.#signal("SIGKILL");
    await this.ended;
    try {
      await deadline(this.#reading, GRACE);
    } catch {
      // A child that left the group still holds the streams: no more is read.
      this.#cut.abort();
      await this.#reading;
    }
  }

  async #readOutput(): Promise<void> {
    let text: string | undefined = "";
    await this.#each(this.#child.stdout, (part) => {
      if (text === undefined) return; // ready: what follows is read, not kept
      text += part;
      for (
        let end;
        (end = text.indexOf("\n")) >= 0;
        text = text.slice(end + 1)
      ) {
        if (!text.startsWith(READY)) continue;
        this.#line.resolve(text.slice(0, end));
        text = undefined;
        return;
      }
      text = text.slice(0, KEPT);
    });
  }

  /** Reads a stream to its end, or until it is cut. */
  async #each(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    take: (text: string) => void,
  ): Promise<void> {
    const { signal } = this.#cut;
    const texts = stream.pipeThrough(new TextDecoderStream(), { signal });
    try {
      for await (const text of texts) take(text);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** To the whole group; that there is nobody left is what is wanted. */
  #signal(signal: Deno.Signal): void {
    try {
      if (Deno.build.os === "windows") this.#child.kill(signal);
      else Deno.kill(-this.pid, signal);
    } catch (error) {
      if (!gone(error)) throw error;
    }
  }
}

function gone(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof TypeError ||
    error instanceof Error && "code" in error && error.code === "ESRCH";
}
