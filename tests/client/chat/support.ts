/** The client's command as a process, and servers that misbehave. */
import { type Address, formatAddress } from "../../../lib/wire/address.ts";
import { inTime, spawn } from "../../support/command.ts";
import { script } from "../../support/script.ts";

/** The command and its arguments, with the permissions it is documented to need. */
export function command(...args: string[]): [string, ...string[]] {
  return [...script("lib/client/mod.ts", "--allow-net"), ...args];
}

/** Starts the client, with pipes for its streams. */
export function start(...args: string[]): Deno.ChildProcess {
  const piped = { stdin: "piped", stdout: "piped", stderr: "piped" } as const;
  return spawn(command(...args), piped);
}

/** How a client ended, and what it printed. */
export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** Runs the client with `input`, to its end. */
export async function run(
  address: Address | string,
  input: string | Uint8Array<ArrayBuffer>,
): Promise<Ended> {
  const name = typeof address === "string" ? address : formatAddress(address);
  const client = start(name);
  const [output] = await inTime(
    Promise.all([client.output(), feed(client, input)]),
  );
  return { code: output.code, ...texts(output) };
}

/** Writes all of `input` and closes it; a client that ended takes only a part. */
export async function feed(
  client: Deno.ChildProcess,
  input: string | Uint8Array<ArrayBuffer>,
): Promise<void> {
  const bytes = typeof input === "string"
    ? new TextEncoder().encode(input)
    : input;
  try {
    await new Blob([bytes]).stream().pipeTo(client.stdin);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}

/** The text of a process's output. */
export function texts(output: Deno.CommandOutput) {
  const utf8 = new TextDecoder();
  return { out: utf8.decode(output.stdout), err: utf8.decode(output.stderr) };
}

/** A server for one client, which `serve` plays. */
export function play(serve: (socket: Deno.TcpConn) => Promise<void>) {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const played = (async () => {
    using _listener = listener;
    using socket = await inTime(listener.accept());
    await inTime(serve(socket));
  })();
  return { address: formatAddress(listener.addr), played };
}

/** Reads `socket` to its end. */
export async function readAll(socket: Deno.Conn): Promise<Uint8Array> {
  const bytes = [];
  const buffer = new Uint8Array(64 * 1024);
  for (let n; (n = await inTime(socket.read(buffer), "bytes")) !== null;) {
    bytes.push(...buffer.subarray(0, n));
  }
  return Uint8Array.from(bytes);
}
