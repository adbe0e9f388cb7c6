/**
 * The terminal that the client's command runs in: raw mode, window and signals.
 * However the chat ends, the terminal is as it was before.
 *
 * @module
 */
import { Chat, type ChatEnding, type ChatOptions } from "./chat.ts";
import type { Size } from "./footer.ts";
import { Palette } from "./palette.ts";
import { inputOf, outputOf } from "./streams.ts";

/** What shells report when a signal ended a process: this and the signal's number. */
const SIGNALLED = 128;

const SIGINT = 2;

/** Signals that end a process. Here the terminal is restored first. */
const ENDING_SIGNALS: Partial<Record<Deno.Signal, number>> = {
  SIGHUP: 1,
  SIGINT,
  SIGTERM: 15,
};

/** Signals after which the window may have another size. */
const DRAWING_SIGNALS: Deno.Signal[] = ["SIGWINCH", "SIGCONT"];

/** The window of a terminal that does not know its own size. */
const COLUMNS = 80;
const ROWS = 24;

/**
 * Chats at the terminal until the chat ends.
 *
 * @returns How it ended, or the exit code when the user or a signal ended it.
 * @throws If the connection is lost, see {@linkcode Chat}, or the terminal is.
 */
export async function chatAtTerminal(
  options: Pick<ChatOptions, "client" | "connector" | "prefix">,
): Promise<Exclude<ChatEnding, "left"> | number> {
  const chat = new Chat({
    ...options,
    suspend,
    input: inputOf(Deno.stdin),
    output: outputOf(Deno.stdout),
    size,
    palette: new Palette(!Deno.noColor),
  });
  let code = SIGNALLED + SIGINT; // for Ctrl-C, which is a key in raw mode
  for (const [signal, number] of Object.entries(ENDING_SIGNALS)) {
    listen(signal as Deno.Signal, () => {
      code = SIGNALLED + number;
      chat.leave();
    });
  }
  for (const signal of DRAWING_SIGNALS) {
    listen(signal, () => {
      setRaw(true); // a shell may have changed it meanwhile
      chat.resize();
    });
  }
  setRaw(true);
  try {
    const ending = await chat.run();
    return ending === "left" ? code : ending;
  } finally {
    // It waits for what is written. Deno restores a stuck terminal when it exits.
    if (!chat.isStuck) setRaw(false);
  }
}

/** Sets the mode of the terminal; one that is gone has none. */
function setRaw(raw: boolean): void {
  try {
    Deno.stdin.setRaw(raw);
  } catch (error) {
    if (Deno.stdin.isTerminal()) throw error;
  }
}

/** The size of the window; one that is gone has none. */
function size(): Size {
  const known = Deno.stdout.isTerminal() ? Deno.consoleSize() : undefined;
  return { columns: known?.columns || COLUMNS, rows: known?.rows || ROWS };
}

/**
 * Stops this process, with the terminal as it was, until the user brings it back.
 *
 * @returns Why not, if it cannot.
 */
function suspend(): string | undefined {
  if (Deno.build.os === "windows") return "Windows cannot suspend a program";
  // The task would keep the terminal, and no shell could bring the client back.
  if (isTask()) return "A program that deno task runs cannot be suspended";
  setRaw(false);
  Deno.kill(Deno.pid, "SIGTSTP"); // returns when the process goes on
  setRaw(true);
  return undefined;
}

/** Whether `deno task` runs this, as far as `--allow-env` lets us know. */
function isTask(): boolean {
  const variable = "INIT_CWD"; // which it sets
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  return state === "granted" && Deno.env.has(variable);
}

/** Listens to a signal, where the system has it: Windows lacks some. */
function listen(signal: Deno.Signal, listener: () => void): void {
  const missing = Deno.build.os === "windows" &&
    (signal === "SIGTERM" || signal === "SIGWINCH" || signal === "SIGCONT");
  if (!missing) Deno.addSignalListener(signal, listener);
}
