/**
 * The server under test, as a process: started, awaited, watched, stopped. The
 * runs make one for each turn. Its one rule: whatever it started is gone when
 * it is disposed of, children included.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
import { type Address, formatAddress, parseAddress } from "../address.ts";
import type { Target } from "./target.ts";

/** What a server prints when it accepts connections. */
const READY = "listening on";

/** How long a server may take to end when it is asked to, in milliseconds. */
const GRACE = 2000;

/** How much of the end of its standard error is kept, in characters. */
const KEPT = 4096;

/** The server cannot be tested: one line that says why, and what it said itself. */
export class StartError extends Error {
  /** The name of this class. */
  override readonly name = "StartError";

  /** @param stderr The end of what the server printed to standard error. */
  constructor(message: string, readonly stderr = "") {
    super(message);
  }
}

/** A server that accepts connections. */
export class Server implements AsyncDisposable {
  /** Where it accepts connections. */
  readonly address: Address;
  /** The process, unless it ran before us. */
  readonly pid: number | undefined;
  /** Resolves, if it ends by itself, with how it ended. */
  readonly ended: Promise<string>;
  readonly #process: Process | undefined;

  private constructor(address: Address, process?: Process) {
    this.address = address;
    this.pid = process?.pid;
    this.ended = process?.ended ?? new Promise(() => {});
    this.#process = process;
  }

  /** The end of what it printed to standard error. */
  get stderr(): string {
    return this.#process?.stderr ?? "";
  }

  /**
   * Starts `target`, which is told to listen on `address`, and waits until it
   * accepts connections.
   *
   * @param readyTimeout Milliseconds that it may take.
   * @param stop Ends the wait.
   * @throws {StartError} If it does not.
   */
  static async start(
    target: Target,
    address: Address,
    readyTimeout: number,
    stop: AbortSignal,
  ): Promise<Server> {
    if (target.address) {
      await mustAccept(target.address, target.text);
      return new Server(target.address);
    }
    mustBeFree(address);
    const process = new Process(target, address);
    try {
      const line = await process.ready(readyTimeout, stop);
      const at = address.port === 0 ? announced(line, target) : address;
      await mustAccept(
        at,
        `${target.name} at ${formatAddress(at)}, which printed "${READY}"`,
      );
      return new Server(at, process);
    } catch (error) {
      await process.stop();
      if (!(error instanceof StartError)) throw error;
      throw new StartError(error.message, process.stderr);
    }
  }

  /** Stops it, by force if need be. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process?.stop();
  }
}

/** A process and the end of what it says. */
class Process {
  stderr = "";
  readonly ended: Promise<string>;
  readonly #child: Deno.ChildProcess;
  readonly #name: string;
  readonly #line = Promise.withResolvers<string>();
  readonly #reading: Promise<unknown>;

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
      each(this.#child.stderr, (text) => {
        this.stderr = (this.stderr + text).slice(-KEPT);
      }),
    ]);
  }

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

  async stop(): Promise<void> {
    this.#signal("SIGTERM");
    try {
      await deadline(this.ended, GRACE);
    } catch {
      // It takes its time: no more is given below.
    }
    this.#signal("SIGKILL");
    await this.ended;
    await this.#reading;
  }

  async #readOutput(): Promise<void> {
    let text: string | undefined = "";
    await each(this.#child.stdout, (part) => {
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

async function each(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    take(text);
  }
}

/** Where it says it listens, for a port that it chose itself. */
function announced(line: string, target: Target): Address {
  try {
    return parseAddress(line.slice(READY.length).trim());
  } catch (cause) {
    throw new StartError(
      `Cannot test ${target.name} on a port of its choice: ${
        (cause as Error).message
      }`,
    );
  }
}

/** @throws {StartError} If somebody listens there already. */
function mustBeFree(address: Address): void {
  try {
    Deno.listen(address).close();
  } catch (error) {
    throw new StartError(
      `Cannot test at ${formatAddress(address)}: ${reason(error)}`,
    );
  }
}

/** @throws {StartError} If nobody accepts connections there. */
async function mustAccept(address: Address, who: string): Promise<void> {
  try {
    (await Deno.connect(address)).close();
  } catch (error) {
    throw new StartError(
      `Cannot test ${who}: ${reason(error)}`,
    );
  }
}

/** Why the system refused, in a few words. */
function reason(error: unknown): string {
  if (error instanceof Deno.errors.NotFound) {
    return "there is no such executable";
  }
  if (error instanceof Deno.errors.PermissionDenied) return "it is not allowed";
  if (error instanceof Deno.errors.AddrInUse) return "the address is taken";
  if (error instanceof Deno.errors.AddrNotAvailable) {
    return "the address is not one of this machine";
  }
  if (error instanceof Deno.errors.ConnectionRefused) {
    return "it refuses connections";
  }
  return error instanceof Error ? error.message : String(error);
}
