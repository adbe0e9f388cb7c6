/**
 * Nodes beside one server without an engine: `deno task bench:nodes [ROUNDS]` plays a
 * chat and a flood against the plain server and against 1 to 4 nodes, draws
 * `.github/nodes.svg`, and prints what it found. Engine, nodes and tester share the
 * machine's cores.
 */
import { NATS_SERVER, NatsServer } from "../nats/nats_server.ts";
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import {
  count,
  microseconds,
  plural,
} from "../../lib/stresstest/report/format.ts";
import { spread } from "../../lib/stresstest/report/spread.ts";
import { cpuSeconds } from "../../lib/stresstest/target/proc.ts";
import type { Target } from "../../lib/stresstest/target/target.ts";
import { type Flood, flood, FRAMED } from "./flood.ts";
import { type Load, playLoad } from "./loads.ts";
import { nodesPicture } from "./nodes_picture.ts";
import { work } from "./sizing.ts";
import { OURS, type Stage } from "./stage.ts";
import { median, table, tool } from "./tool.ts";

const PICTURE = ".github/nodes.svg";

/** 0 is the plain server. */
const NODES = [0, 1, 2, 3, 4];

/** Everybody hears everybody. */
const CHAT: Load = {
  seconds: 3,
  rate: 1000,
  participants: 10,
  subscribers: 90,
};

/** Bytes of a body in it. */
const BODY = 64;

/** What was measured of so many nodes. */
export interface NodesPoint {
  nodes: number;
  chats: RunResult[];
  floods: Flood[];
  /** Processor cores that the nodes used in a chat, together, and the engine. */
  cores: number[];
  engineCores: number[];
}

async function nodesBench(rounds: number, stage: Stage): Promise<string> {
  if (!NATS_SERVER) return "No nats-server: nothing to measure.";
  const points = NODES.map((nodes): NodesPoint => ({
    nodes,
    chats: [],
    floods: [],
    cores: [],
    engineCores: [],
  }));
  for (let round = 1; round <= rounds; round++) {
    for (const point of points) {
      await using engine = await NatsServer.start();
      const target = targetOf(engine, point.nodes);
      const nodes = Math.max(1, point.nodes);
      const run = await stage.play(target, async (server) => {
        const before = cpuSeconds(engine.pid, "all");
        const run = await playLoad(server, CHAT, stage.stop);
        point.engineCores.push(
          (cpuSeconds(engine.pid, "all") - before) / (CHAT.seconds + 1),
        );
        return run;
      }, nodes);
      point.chats.push(run);
      point.cores.push((run.server?.cpuSeconds ?? NaN) / CHAT.seconds);
      const found = await stage.play(
        target,
        (server) => flood(server, FRAMED),
        nodes,
      );
      point.floods.push(found);
      stage.say(
        `${round}/${rounds} ${name(point)}: p99 ${
          time(run.latency?.p99Microseconds)
        }, flood ${count(Math.round(found.deliveriesPerSecond))}/s`,
      );
    }
  }
  await Deno.writeTextFile(PICTURE, nodesPicture(points));
  return account(points);
}

function targetOf(engine: NatsServer, nodes: number): Target {
  if (nodes === 0) return OURS;
  const options = ["--nats", engine.url];
  return { ...OURS, command: [...OURS.command!, ...options] };
}

/** What is found, as a table. */
function account(points: readonly NodesPoint[]): string {
  const room = {
    clients: CHAT.subscribers + CHAT.participants!,
    rate: CHAT.rate,
    body: BODY,
  };
  return table([
    [
      "Servers",
      "p50",
      "p99",
      "cores of the nodes",
      "the model says",
      "cores of the engine",
      "flood, deliveries/s",
      "CPU a delivery",
      "lost",
    ],
    ...points.map((point) => [
      name(point),
      time(median(point.chats, (run) => run.latency?.p50Microseconds)),
      time(median(point.chats, (run) => run.latency?.p99Microseconds)),
      cores(middle(point.cores)),
      point.nodes > 0 ? cores(work(room, point.nodes).core * point.nodes) : "–",
      point.nodes > 0 ? cores(middle(point.engineCores)) : "–",
      count(
        Math.round(middle(point.floods.map((it) => it.deliveriesPerSecond))),
      ),
      microseconds(
        middle(point.floods.map((it) => it.cpuMicrosecondsPerDelivery)),
      ),
      `${(100 * middle(point.floods.map((it) => it.missing))).toFixed(1)} %`,
    ]),
  ]);
}

function name({ nodes }: NodesPoint): string {
  return nodes === 0 ? "1, no engine" : plural(nodes, "node");
}

function time(value: number | undefined): string {
  return value === undefined ? "–" : microseconds(value);
}

function cores(value: number): string {
  return value.toFixed(2);
}

function middle(values: readonly number[]): number {
  return spread(values)?.median ?? NaN;
}

if (import.meta.main) await tool(Deno.args, nodesBench);
