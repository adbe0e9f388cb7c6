/** Servers for the tests of the stress tester, and the tester as a process. */
import {
  Server,
  type ServerUnderTest,
} from "../../lib/stresstest/target/server.ts";
import {
  parseTargets,
  type Target,
} from "../../lib/stresstest/target/target.ts";
import { path, script } from "../support/script.ts";

const DENO = `'${Deno.execPath()}' run --quiet --no-prompt`;

/** A port of the server's choice. */
export const ANY_PORT = {
  transport: "tcp",
  hostname: "127.0.0.1",
  port: 0,
} as const;

/** Longer than any server here takes to be ready, in milliseconds. */
export const READY = 30_000;

/** A stop that never comes. */
export const NEVER: AbortSignal = new AbortController().signal;

/** The longest that the tester may run, in milliseconds. */
const MAX_TESTER = 60_000;

/** A server of one node that runs already and accepts connections. */
export const RUNNING: Omit<ServerUnderTest, "connect"> = {
  nodes: ["127.0.0.1:1"],
  pids: [],
  ended: new Promise(() => {}),
  nodeOf: () => "127.0.0.1:1",
  accepts: () => Promise.resolve(true),
};

/** The command of our own server. */
export const OURS = `${DENO} --allow-net '${path("main.ts")}'`;

/** The command of a server that has a `fault`. */
export function broken(fault: string): string {
  const command = `${DENO} --allow-net '${path("tests/stresstest/broken.ts")}'`;
  return `${fault}=${command} ${fault}`;
}

/** The target that `text` describes. */
export function target(text: string): Target {
  return parseTargets([text])[0]!;
}

/** Starts a server. */
export function start(text: string): Promise<Server> {
  return Server.start(target(text), {
    addresses: [ANY_PORT],
    readyTimeout: READY,
    stop: NEVER,
  });
}

/** The tester, as a process. */
export function tester(...args: string[]): Deno.ChildProcess {
  const [program, ...words] = script("lib/stresstest/main.ts", "-A");
  return new Deno.Command(program, {
    args: [...words, ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    signal: AbortSignal.timeout(MAX_TESTER),
  }).spawn();
}

/** What a process printed, and its exit code. */
export async function outcome(
  process: Deno.ChildProcess,
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await process.output();
  const text = new TextDecoder();
  return { code, stdout: text.decode(stdout), stderr: text.decode(stderr) };
}
