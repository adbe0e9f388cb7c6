/**
 * The process of the server under test. When it has been stopped, its children have
 * been stopped too.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { formatAddress } from "@zillions/server/address";
import { type Endpoint, formatEndpoint } from "@zillions/server/endpoint";
import { endText, lastLine, lastText, type ServerEnd } from "./server_end.ts";
import { reason, StartError } from "./start_error.ts";
import type { Target } from "./target.ts";

/** The start of the line that a server prints when it accepts connections. */
export const READY = "listening on";

/** Milliseconds in which a server must end after SIGTERM, before SIGKILL. */
const GRACE_PERIOD = 3000;

/** How many of the last characters of a stream are kept. */
const MAX_KEPT = 4096;

/** Milliseconds in which the last output of a process that has ended is read. */
const LAST_OUTPUT = 100;

/** A process, its ready line and its standard error. */
export class Process {
  /** The last characters that it printed to standard error. */
  stderr = "";
  /** The last characters that it printed to standard output. */
  #stdout = "";
  /** How many lines it printed that say that it is ready. */
  readyLines = 0;
  /** Whether it ignored SIGTERM, so that SIGKILL ended it. */
  killed = false;
  /** Resolves with how the process ended. */
  readonly ended: Promise<ServerEnd>;
  readonly #child: Deno.ChildProcess;
  readonly #name: string;
  readonly #line = Promise.withResolvers<string>();
  readonly #stopReading = new AbortController();
  readonly #reading: Promise<unknown>;

  /** Starts the command of a target, with `address` as its last argument. */
  constructor({ name, command = [] }: Target, address: Endpoint) {
    const [program = "", ...args] = command;
    const place = address.transport === "tls"
      ? formatAddress(address)
      : formatEndpoint(address);
    this.#name = name;
    try {
      this.#child = new Deno.Command(program, {
        args: [...args, place],
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
    this.#reading = Promise.all([
      this.#readOutput(),
      this.#readText(this.#child.stderr, (text) => {
        this.stderr = (this.stderr + text).slice(-MAX_KEPT);
      }),
    ]);
    this.ended = this.#end();
  }

  /** The id of the process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Waits for the line that says that the server is ready, and returns it. */
  async ready(timeout: number, signal: AbortSignal): Promise<string> {
    const died = this.ended.then((end) => {
      throw new StartError(
        `Cannot test ${this.#name}: it ${
          endText(end, `before it printed "${READY}"`)
        }`,
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
        `Cannot test ${this.#name}: it printed no line "${READY}" to standard output within ${
          timeout / 1000
        } s${lastText(this.#lastLine())}`,
      );
    } finally {
      died.catch(() => {}); // later the process ends, which is no error
    }
  }

  /** Ends the process group: SIGTERM, then SIGKILL. */
  async stop(): Promise<void> {
    this.#signal("SIGTERM");
    try {
      await deadline(this.ended, GRACE_PERIOD);
    } catch {
      this.killed = true;
    }
    this.#signal("SIGKILL");
    await this.ended;
    try {
      await deadline(this.#reading, GRACE_PERIOD);
    } catch {
      // A child that left the group still holds the streams: stop reading them.
      this.#stopReading.abort();
      await this.#reading;
    }
  }

  async #end(): Promise<ServerEnd> {
    const { code, signal } = await this.#child.status;
    // A child of its own may hold the streams open.
    await deadline(this.#reading, LAST_OUTPUT).catch(() => {});
    return {
      how: signal ? `signal ${signal}` : `exit status ${code}`,
      lastLine: this.#lastLine(),
    };
  }

  #lastLine(): string {
    return lastLine(this.stderr) || lastLine(this.#stdout);
  }

  async #readOutput(): Promise<void> {
    let text = "";
    await this.#readText(this.#child.stdout, (part) => {
      this.#stdout = (this.#stdout + part).slice(-MAX_KEPT);
      text += part;
      for (
        let end;
        (end = text.indexOf("\n")) >= 0;
        text = text.slice(end + 1)
      ) {
        if (!text.startsWith(READY)) continue;
        this.readyLines++;
        this.#line.resolve(text.slice(0, end));
      }
      text = text.slice(0, MAX_KEPT);
    });
  }

  /** Reads a stream to its end, or until reading is stopped. */
  async #readText(
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    take: (text: string) => void,
  ): Promise<void> {
    const { signal } = this.#stopReading;
    const texts = stream.pipeThrough(new TextDecoderStream(), { signal });
    try {
      for await (const text of texts) take(text);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** Sends a signal to the whole group. A group that has ended is no error. */
  #signal(signal: Deno.Signal): void {
    try {
      if (Deno.build.os === "windows") this.#child.kill(signal);
      else Deno.kill(-this.pid, signal);
    } catch (error) {
      if (!hasEnded(error)) throw error;
    }
  }
}

/** Whether a signal failed because no process is left. */
function hasEnded(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound ||
    error instanceof TypeError ||
    error instanceof Error && "code" in error && error.code === "ESRCH";
}
