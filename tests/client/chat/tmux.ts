/** A real terminal: a window of tmux, with keys to press and a screen to look at. */
import { assert } from "@std/assert";
import { inTime } from "../../support/command.ts";

/** Whether there is a tmux to run. */
export const hasTmux: boolean = await tmux("-V").then(() => true, () => false);

/** How often the screen is read before it counts as wrong; each read takes milliseconds. */
const READS = 5000;

/** A window in which a command runs. */
export class Terminal implements AsyncDisposable {
  readonly #server: string;

  private constructor(server: string) {
    this.#server = server;
  }

  /**
   * Opens a window with `command` in it. When that ends, its exit code and the
   * state of the terminal are printed.
   */
  static async open(
    command: string[],
    { columns = 80, rows = 24 } = {},
  ): Promise<Terminal> {
    const terminal = new Terminal(`zillions-${crypto.randomUUID()}`);
    const words = command.map((word) => `'${word}'`).join(" ");
    const wrapped = `sh -c "echo process \\$\\$; exec ${words}"; ` +
      `echo left with $?; stty -a; exec cat`;
    const size = ["-x", `${columns}`, "-y", `${rows}`];
    await terminal.#tmux(
      "-f",
      "/dev/null",
      "new-session",
      "-d",
      ...size,
      wrapped,
    );
    return terminal;
  }

  /** Presses keys, by tmux's names: `Enter`, `C-d`, `Left`. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux("send-keys", ...keys);
  }

  /** Types text. */
  async type(text: string): Promise<void> {
    await this.#tmux("send-keys", "-l", text);
  }

  /** Pastes text, marked as a paste if the program asks for that. */
  async paste(text: string): Promise<void> {
    await this.#tmux("set-buffer", text);
    await this.#tmux("paste-buffer", "-p");
  }

  async resize(columns: number, rows: number): Promise<void> {
    const size = ["-x", `${columns}`, "-y", `${rows}`];
    await this.#tmux("resize-window", ...size);
  }

  /** The rows on the screen, without empty ones at the end; with `-S -`, those scrolled off too. */
  async rows(...options: string[]): Promise<string[]> {
    const text = await this.#tmux("capture-pane", "-p", ...options);
    return text.trimEnd().split("\n").map((row) => row.trimEnd());
  }

  /** What tmux knows: `cursor_x`, `pane_title`. */
  async tell(...names: string[]): Promise<string> {
    const format = names.map((name) => `#{${name}}`).join(" ");
    return (await this.#tmux("display-message", "-p", format)).trimEnd();
  }

  /** Reads the rows until they are as they should be, and returns them. */
  async until(
    condition: (rows: string[]) => boolean,
    ...options: string[]
  ): Promise<string[]> {
    let rows: string[] = [];
    for (let read = 0; read < READS; read++) {
      rows = await this.rows(...options);
      if (condition(rows)) return rows;
    }
    assert(false, `The screen is:\n${rows.join("\n")}\nnot: ${condition}`);
  }

  /** The number of the process that the command is. */
  async pid(): Promise<number> {
    const rows = await this.until(
      (rows) => /^process \d+$/.test(rows[0]!),
      "-S",
      "-",
    );
    return Number(rows[0]!.split(" ")[1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#tmux("kill-server");
  }

  #tmux(...args: string[]): Promise<string> {
    return tmux("-L", this.#server, ...args);
  }
}

async function tmux(...args: string[]): Promise<string> {
  // A tmux that the tests run in has nothing to do with this one.
  const env = { TMUX: "", LC_ALL: "C.UTF-8" };
  const { code, stdout, stderr } = await inTime(
    new Deno.Command("tmux", { args, env }).output(),
  );
  if (code !== 0) throw new Error(new TextDecoder().decode(stderr));
  return new TextDecoder().decode(stdout);
}
