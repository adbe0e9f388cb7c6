/**
 * What is tested: a command that starts a server, or the address of a server that
 * runs already. Parsed from the command line.
 *
 * @module
 */
import { parseArgsStringToArgv } from "string-argv";
import {
  type Address,
  formatAddress,
  parseAddress,
} from "@zillions/server/address";
import { webSocketAddress } from "@zillions/server/websocket";
import type { Connect, NodeAddress } from "./connect.ts";

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
 * Parses targets. Each text is an address, or several with commas between, of which
 * some may be WebSockets, `ws://HOST:PORT/PATH`; the path of an executable; or a command with arguments, which is split into words as a shell does.
 */
export function parseTargets(texts: string[]): Target[] {
  const found = texts.map((text): Target => {
    const addresses = parseNodes(text);
    if (addresses) {
      const name = namedAfter(addresses);
      return { name, text, command: undefined, addresses };
    }
    const command = wordsOf(text);
    return { name: nameOf(command, text), text, command, addresses };
  });
  for (const target of found) {
    const same = found.filter(({ name }) => name === target.name);
    if (same.length < 2) continue;
    same.forEach((each, index) => each.name = `${each.name} (${index + 1})`);
  }
  return found;
}

/** Reads addresses with commas between; `undefined` if it is something else. */
export function parseAddresses(text: string): Address[] | undefined {
  try {
    return text.split(",").map(parseAddress);
  } catch {
    return undefined;
  }
}

/** The same, WebSockets among them. */
function parseNodes(text: string): NodeAddress[] | undefined {
  try {
    return text.split(",").map((node) => {
      if (!/^wss?:/.test(node)) return parseAddress(node);
      const { hostname, port } = webSocketAddress(node);
      return { hostname, port, webSocket: node };
    });
  } catch {
    return undefined;
  }
}

/** The name of a server that runs already: its first address, and how many more. */
function namedAfter([first, ...others]: Address[]): string {
  const more = others.length > 0 ? ` + ${others.length}` : "";
  return shortened(formatAddress(first!)) + more;
}

/** The words of a command. The path of a file is one word, whatever it contains. */
function wordsOf(text: string): string[] {
  try {
    if (Deno.statSync(text).isFile) return [text];
  } catch {
    // no such file, so a command with arguments
  }
  return parseArgsStringToArgv(text);
}

/** The name of the last word that is no option: most often the program, even after `deno run`. */
function nameOf(command: string[], text: string): string {
  const word = command.findLast((word) => !word.startsWith("-"));
  const name = word?.split(/[/\\]/).findLast((part) => part !== "") ?? text;
  return shortened(name);
}

function shortened(name: string): string {
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name;
}
