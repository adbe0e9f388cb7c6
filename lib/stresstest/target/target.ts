/**
 * What is tested: a command that starts a server, or the address of one that
 * runs. The arguments are read into these; the runs start them.
 *
 * @module
 */
import { parseArgsStringToArgv } from "string-argv";
import { type Address, parseAddress } from "@zillions/server/address";

/** The most characters of a name: it heads a column. */
const LONGEST = 24;

/** A connection that carries frames. */
export type Socket =
  & Pick<Deno.TcpConn, "read" | "write" | "setNoDelay">
  & Disposable;

/** A server to test. */
export interface Target {
  /** Short and unique among the targets. */
  name: string;
  /** As it was given. */
  text: string;
  /** The words of the command; `undefined` if the server runs already. */
  command: string[] | undefined;
  /** Where the server runs already. */
  address: Address | undefined;
  /**
   * Connects a client to it, where a socket alone does not do: whoever compares
   * with a server of another protocol says here how frames travel in it.
   */
  connect?: (address: Address) => Promise<Socket>;
}

/**
 * The targets that `texts` say, each an address, the path of an executable, or
 * a command with arguments, split into words as a shell does.
 */
export function targets(texts: string[]): Target[] {
  const found = texts.map((text): Target => {
    const address = addressOf(text);
    const command = address ? undefined : wordsOf(text);
    return { name: nameOf(command, text), text, command, address };
  });
  for (const target of found) {
    const same = found.filter(({ name }) => name === target.name);
    if (same.length < 2) continue;
    same.forEach((each, index) => each.name = `${each.name} (${index + 1})`);
  }
  return found;
}

function addressOf(text: string): Address | undefined {
  try {
    return parseAddress(text);
  } catch {
    return undefined; // not an address, so a command
  }
}

/** A path is one word, whatever it contains. */
function wordsOf(text: string): string[] {
  try {
    if (Deno.statSync(text).isFile) return [text];
  } catch {
    // no such file, so words
  }
  return parseArgsStringToArgv(text);
}

/** The last word that is no option: most often the program, even after `deno run`. */
function nameOf(command: string[] | undefined, text: string): string {
  const word = command?.findLast((word) => !word.startsWith("-"));
  const name = word?.split(/[/\\]/).findLast((part) => part !== "") ?? text;
  return name.length > LONGEST ? `${name.slice(0, LONGEST - 1)}…` : name;
}
