/**
 * What is tested: a command that starts a server, or the address of a server that
 * runs already. Parsed from the command line.
 *
 * @module
 */
import { parseArgsStringToArgv } from "string-argv";
import { type Address, parseAddress } from "@zillions/server/address";
import { connectWebSocket, webSocketAddress } from "@zillions/server/websocket";

/** The most characters of a name, so that it fits over a column. */
const MAX_NAME = 24;

/** A connection that carries frames. */
export type Socket =
  & Pick<Deno.TcpConn, "read" | "write" | "setNoDelay">
  & Disposable;

/** A server to test. */
export interface Target {
  /** Short and unique among the targets. */
  name: string;
  /** As it was given on the command line. */
  text: string;
  /** The words of the command; `undefined` if the server runs already. */
  command: string[] | undefined;
  /** The address of a server that runs already. */
  address: Address | undefined;
  /**
   * Connects a client, if a plain socket does not do: a comparison with a server of
   * another protocol translates frames here.
   */
  connect?: (address: Address) => Promise<Socket>;
}

/**
 * Parses targets. Each text is an address, the path of an executable, or a command
 * with arguments, which is split into words as a shell does. An address may be that of a
 * WebSocket, `ws://HOST:PORT/PATH`; of several addresses of one server, with commas
 * between them, clients take turns.
 */
export function parseTargets(texts: string[]): Target[] {
  const found = texts.map((text): Target => {
    const places = placesOf(text);
    const command = places ? undefined : wordsOf(text);
    const target = { name: nameOf(command, text), text, command };
    if (!places) return { ...target, address: undefined };
    let next = 0;
    const connect = () => places[next++ % places.length]!.connect();
    return { ...target, address: places[0]!.address, connect };
  });
  for (const target of found) {
    const same = found.filter(({ name }) => name === target.name);
    if (same.length < 2) continue;
    same.forEach((each, index) => each.name = `${each.name} (${index + 1})`);
  }
  return found;
}

/** Where a server accepts clients, and how these connect. */
interface Place {
  readonly address: Address;
  readonly connect: () => Promise<Socket>;
}

function placesOf(text: string): Place[] | undefined {
  try {
    return text.split(",").map((place) => {
      if (/^wss?:/.test(place)) {
        const { hostname, port } = webSocketAddress(place);
        const connect = () => connectWebSocket(place);
        return { address: { hostname, port }, connect };
      }
      const address = parseAddress(place);
      return { address, connect: () => Deno.connect(address) };
    });
  } catch {
    return undefined; // not addresses, so a command
  }
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
function nameOf(command: string[] | undefined, text: string): string {
  const word = command?.findLast((word) => !word.startsWith("-"));
  const name = word?.split(/[/\\]/).findLast((part) => part !== "") ?? text;
  return name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 1)}…` : name;
}
