/**
 * Builds the servers of the gallery into the user's cache folder, each once: until its
 * source changes, the next time takes neither time nor network. A server whose program
 * is not installed, or that does not build here, is left out with one line.
 */
import type { Target } from "../../lib/stresstest/target/target.ts";
import { NatsSocket } from "../bench/nats.ts";
import { path } from "../support/script.ts";
import type { Style } from "./styles.ts";

/** A server that can be started. */
export interface Built {
  style: Style;
  /** What the tester starts; of nodes, each. */
  target: Target;
  /** The version of the program that compiles or runs it: `Go 1.26.8`. */
  version: string;
}

/** A server cannot be built or run here; the message is a line that says why. */
export class LeftOut extends Error {
  override readonly name = "LeftOut";
}

/** How some programs are asked for their version, where it is not `--version`. */
const ASKED: Record<string, string[]> = {
  go: ["version"],
  erl: [
    "-noshell",
    "-eval",
    "io:put_chars(erlang:system_info(otp_release)),halt().",
  ],
};

const CACHE = `${
  Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`
}/zillions-gallery`;

/**
 * Builds a server, if it was not built before.
 *
 * @throws {LeftOut} If that is not possible here.
 */
export async function build(style: Style): Promise<Built> {
  const { name, language, source, build, run, needs, isNats } = style;
  const programs = [needs, run.split(" ")[0], build?.split(" ")[0]]
    .filter((program) => program !== undefined && !/\/|SOURCE/.test(program));
  let number = "";
  for (const program of programs) number = await version(program!);
  const key = (await digest(style)).slice(0, 16);
  const out = `${CACHE}/${name}-${key}`;
  const isBuilt = await Deno.stat(out).then(() => true, () => false);
  if (build && !isBuilt) {
    await forget(name);
    await Deno.mkdir(out, { recursive: true });
    try {
      await output(words(build, source, out));
    } catch (error) {
      await forget(name);
      throw error;
    }
  }
  const target: Target = {
    name,
    text: run.replace("SOURCE", source).replace("OUT", out),
    command: words(run, source, out),
    addresses: undefined,
  };
  if (isNats) target.connect = NatsSocket.connect;
  return { style, target, version: `${language} ${number}` };
}

/** The words of a command of the table. */
function words(text: string, source: string, out: string): string[] {
  return text.split(" ").map((word) =>
    word === "deno"
      ? Deno.execPath()
      : word.replace(/^SOURCE$/, path(source)).replace(/^OUT/, out)
  );
}

/** Tells a source from what it was when it was built. */
async function digest({ source, build }: Style): Promise<string> {
  const folder = source.slice(0, source.lastIndexOf("/"));
  const files = build?.includes("cargo")
    ? ["main.rs", "Cargo.toml", "Cargo.lock"].map((name) => `${folder}/${name}`)
    : [source];
  const texts = await Promise.all(
    files.map((file) => Deno.readTextFile(path(file))),
  );
  const bytes = new TextEncoder().encode([build, ...texts].join("\0"));
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

/** Removes what was built of a server. */
async function forget(name: string): Promise<void> {
  try {
    for await (const entry of Deno.readDir(CACHE)) {
      if (entry.name.slice(0, entry.name.lastIndexOf("-")) !== name) continue;
      await Deno.remove(`${CACHE}/${entry.name}`, { recursive: true });
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

/** The version of a program. */
async function version(program: string): Promise<string> {
  if (program === "deno") return Deno.version.deno;
  if (program === "erlc") program = "erl";
  const text = await output([program, ...ASKED[program] ?? ["--version"]]);
  return /\d+(?:\.\d+)*/.exec(text)?.[0] ?? "";
}

/** What a program prints. */
async function output([program = "", ...args]: string[]): Promise<string> {
  const command = new Deno.Command(program, { args, cwd: path(".") });
  let result: Deno.CommandOutput;
  try {
    result = await command.output(); // which throws at once where there is no program
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new LeftOut(`${program} is not installed`);
  }
  const { success, stdout, stderr } = result;
  if (success) return new TextDecoder().decode(stdout);
  const lines = new TextDecoder().decode(stderr).trim().split("\n");
  const line = lines.find((line) => /error/i.test(line)) ?? lines[0];
  throw new LeftOut(`${program} failed: ${line}`);
}
