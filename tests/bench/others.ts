/**
 * This server beside others under the same loads: `deno task others [ROUNDS]`. One
 * as people would write it in Node and one in Go stand in the gallery; nats-server
 * is a message broker with a protocol of its own, into which `nats.ts` puts frames.
 * Those whose program is not installed are left out.
 */
import { Reference } from "../../lib/stresstest/load/reference.ts";
import { short } from "../../lib/stresstest/report/format.ts";
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import { StartError } from "../../lib/stresstest/target/start_error.ts";
import { runLine } from "../../lib/stresstest/report/run_line.ts";
import type { Target } from "../../lib/stresstest/target/target.ts";
import { comparison, LOADS, type Outcome } from "./comparison.ts";
import { flood, FRAMED, NATS, type Wire } from "./flood.ts";
import { playLoad } from "./loads.ts";
import { NatsSocket } from "./nats.ts";
import { OURS, type Stage } from "./stage.ts";
import { tool } from "./tool.ts";

/** A server, how it is spoken to, and what came of it. */
interface Other extends Outcome {
  target: Target;
  wire: Wire;
}

/** How much of a verdict is shown. */
const SHOWN = 160;

const LOCKSTEP = {
  publishers: 2,
  subscribers: 3,
  messages: 5000,
  tick: 1000,
  timeout: 5000,
  maxLost: 1,
};

export async function others(rounds: number, stage: Stage): Promise<string> {
  const built = await Deno.makeTempDir();
  try {
    const all = await installed(stage, built);
    for (let round = 1; round <= rounds; round++) {
      for (const other of all) {
        stage.say(`${round}/${rounds} ${other.name}`);
        await play(other, stage);
      }
    }
    return comparison(all);
  } finally {
    await Deno.remove(built, { recursive: true });
  }
}

/** This server and those that can be run here, which may have to be built. */
async function installed(stage: Stage, built: string): Promise<Other[]> {
  const others = [other(OURS)];
  const node = await version("node", "--version");
  if (node) {
    others.push(
      other(named(`Node ${node}`, "tests/gallery/servers/beginner.mjs")),
    );
  } else stage.say("left out: node is not installed");

  const go = await version("go", "version");
  const fanout = `${built}/fanout`;
  if (go) {
    await output(
      "go",
      "build",
      "-o",
      fanout,
      "tests/gallery/servers/channels.go",
    );
    others.push(other(named(`Go ${go}`, fanout)));
  } else stage.say("left out: go is not installed");

  const nats = await version("nats-server", "--version");
  if (nats) {
    const target = named(`NATS ${nats}`, "tests/gallery/servers/nats.sh");
    target.connect = NatsSocket.connect;
    others.push({ ...other(target), wire: NATS });
  } else stage.say("left out: nats-server is not installed");
  return others;
}

function named(name: string, command: string): Target {
  return { name, text: command, command: [command], addresses: undefined };
}

function other(target: Target): Other {
  return {
    name: target.name,
    target,
    wire: FRAMED,
    lockstep: [],
    loads: LOADS.map(() => []),
    floods: [],
  };
}

/** What a program says its version is; nothing if it is not installed. */
async function version(...command: string[]): Promise<string | undefined> {
  try {
    return /\d+(\.\d+)+/.exec(await output(...command))?.[0];
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** @throws {StartError} If the program fails. */
async function output(program = "", ...args: string[]): Promise<string> {
  const command = new Deno.Command(program, { args, stderr: "inherit" });
  const { success, stdout } = await command.output();
  if (!success) throw new StartError(`Cannot go on: ${program} failed`);
  return new TextDecoder().decode(stdout);
}

async function play(other: Other, stage: Stage): Promise<void> {
  const { target, wire, lockstep, loads, floods } = other;
  const watched = { stop: stage.stop };
  lockstep.push(
    await stage.play(target, async (server) => {
      using reference = await Reference.open(server, LOCKSTEP);
      await reference.repetition(watched); // it warms up
      return await reference.repetition(watched);
    }),
  );
  stage.say(runLine(lockstep.at(-1)!));
  for (const [at, runs] of loads.entries()) {
    const asked = LOADS[at]!;
    const run = await stage.play(
      target,
      (server) => playLoad(server, asked, stage.stop),
    );
    runs.push(run);
    stage.say([runLine(run), ...said(run)].join("\n"));
  }
  floods.push(await stage.play(target, (server) => flood(server, wire)));
  stage.say(
    `flood: ${short(floods.at(-1)!.deliveriesPerSecond)} deliveries/s`,
  );
}

function said({ violations }: RunResult): string[] {
  return violations.map(({ verdict, text }) =>
    `  ${verdict}: ${text.slice(0, SHOWN)}`
  );
}

if (import.meta.main) await tool(Deno.args, others);
