/**
 * What is tested: a command that starts a server, or the address of a server that
 * runs already. Parsed from the command line.
 *
 * @module
 */
import { parseArgsStringToArgv } from "string-argv";
import { type Endpoint, parseEndpoint } from "@zillions/server/endpoint";
import {
  type Connect,
  formatNodeAddress,
  type NodeAddress,
  parseNodeAddress,
} from "./connect.ts";

/** The most characters of a name, so that it fits over a column. */
const MAX_NAME = 24;

/** A server to test. */
export interface Target {
  /** Short and unique among the targets. */
  name: string;
  /** As it was given on the command line. */
  text: string;
  /** The words of the command; `undefined` if the server runs already. */
  command: string[] | undefined;
  /** The addresses of a server that runs already, one for each of its nodes. */
  addresses: NodeAddress[] | undefined;
  /**
   * Connects a client, if a plain socket does not do: a comparison with a server of
   * another protocol translates frames here.
   */
  connect?: Connect;
}

/**
 * Parses targets. Each text is an address, or several with commas between; the path of
 * an executable; or a command with arguments, which is split into words as a shell does.
 * `NAME=` before it names it.
 */
export function parseTargets(texts: string[]): Target[] {
  const found = texts.map((given): Target => {
    const [label, text] = labelOf(given);
    const addresses = parseAll(text, parseNodeAddress);
    if (addresses) {
      const name = label ?? namedAfter(addresses);
      return { name, text, command: undefined, addresses };
    }
    const command = wordsOf(text);
    const name = label ?? nameOf(command, text);
    return { name, text, command, addresses };
  });
  for (const target of found) {
    const same = found.filter(({ name }) => name === target.name);
    if (same.length < 2) continue;
    same.forEach((each, index) => each.name = `${each.name} (${index + 1})`);
  }
  return found;
}

/** Reads addresses with commas between; `undefined` if it is something else. */
export function parseEndpoints(text: string): Endpoint[] | undefined {
  return parseAll(text, parseEndpoint);
}

function parseAll<T>(
  text: string,
  parse: (text: string) => T,
): T[] | undefined {
  try {
    return text.split(",").map(parse);
  } catch {
    return undefined;
  }
}

/** The name of a server that runs already: its first address, and how many more. */
function namedAfter([first, ...others]: NodeAddress[]): string {
  const more = others.length > 0 ? ` + ${others.length}` : "";
  return shortened(formatNodeAddress(first!)) + more;
}

/** Splits `NAME=COMMAND`. The path of a file has no name before it. */
function labelOf(text: string): [label: string | undefined, text: string] {
  const [, label, rest] = /^([\p{L}\d][^\s=/:"']*)=(.*)$/su.exec(text) ?? [];
  if (label === undefined || isFile(text)) return [undefined, text];
  return [shortened(label), rest!];
}

/** The words of a command. The path of a file is one word, whatever it contains. */
function wordsOf(text: string): string[] {
  return isFile(text) ? [text] : parseArgsStringToArgv(text);
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false; // there is none
  }
}

/**
 * The name of the last word that looks like a file, even after `deno run`, and the
 * words after it up to an option; or all words, if none does.
 */
function nameOf(command: string[], text: string): string {
  const file = command.findLastIndex((word) =>
    /^[^-].*[./\\]|^[./\\]/.test(word) && Number.isNaN(Number(word))
  );
  if (file < 0) return shortened(command.join(" ") || text);
  const after = command.slice(file + 1);
  const option = after.findIndex((word) => word.startsWith("-"));
  const words = after.slice(0, option < 0 ? undefined : option);
  const base = command[file]!.split(/[/\\]/).findLast((part) => part !== "");
  return shortened([base ?? text, ...words].join(" "));
}

function shortened(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name;
}
