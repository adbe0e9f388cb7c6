/**
 * A model of nodes: how many a room needs, and what its engine carries. The costs are
 * measured; `deno task bench:nodes` prints what the model says beside what it
 * measures. `deno task sizing CLIENTS RATE [LATENCY [BODY]]` asks it.
 */
// deno-lint-ignore-file no-console -- the answer of a tool for people
import { BATCH_HEADER } from "../../lib/nats/batch.ts";
import { PIPELINE_DEPTH } from "../../lib/nats/sender.ts";
import { HEADER } from "../../lib/wire/frame.ts";
import { bytes, count, plural } from "../../lib/stresstest/report/format.ts";

/** What things cost a node, in microseconds of a processor core. */
export const COSTS = {
  /** A write to a client, by Deno and the system. */
  write: 4.5,
  /** A byte of such a write. */
  byte: 0.36e-3,
  /** A batch from the stream: parsing, the client library, waking the hub. */
  read: 90,
  /** A batch to the engine, and its acknowledgement. */
  publish: 40,
  /** A message from a client: its read, its framing, its place in a batch. */
  message: 6,
} as const;

/** From a publish until it is read back, in microseconds, when nothing waits. */
const ROUND_TRIP = 250;

/** What the engine's protocol adds to a batch, in bytes. */
const OVERHEAD = 150;

/** As much of a core may be used before messages begin to wait. */
const FULL = 0.7;

/** What a room shall carry. */
export interface Room {
  readonly clients: number;
  /** Messages a second, of all clients together. */
  readonly rate: number;
  /** Bytes of a body. */
  readonly body: number;
}

/** How much work a room is for each of its nodes, and for the engine. */
export interface Work {
  /** Batches a second in the stream. */
  readonly batches: number;
  /** Writes a second to each client. */
  readonly writes: number;
  /** Processor cores in use by a node. */
  readonly core: number;
  /** Bytes a second that the engine takes, and those that it sends. */
  readonly engineIn: number;
  readonly engineOut: number;
}

/** The work where each client gets at most so many writes a second. */
export function work(
  { clients, rate, body }: Room,
  nodes: number,
  mostWrites = Infinity,
): Work {
  const perNode = rate / nodes;
  // A batch waits for its first message, then until it may be in flight.
  const own = perNode / (1 + perNode * ROUND_TRIP / PIPELINE_DEPTH / 1e6);
  const batches = own * nodes;
  const writes = Math.min(batches, mostWrites);
  const frames = rate * (HEADER + body);
  const microseconds = batches * COSTS.read + own * COSTS.publish +
    perNode * COSTS.message +
    clients / nodes * (writes * COSTS.write + frames * COSTS.byte);
  const engineIn = frames + batches * (BATCH_HEADER + OVERHEAD);
  return {
    batches,
    writes,
    core: microseconds / 1e6,
    engineIn,
    engineOut: engineIn * nodes,
  };
}

/**
 * The least nodes with which no message takes longer than `latency` milliseconds: it
 * waits for the writes to the other clients of its node, and then for those of its
 * own turn. `undefined` if no number of nodes will do: then the room has to be split.
 */
export function size(
  room: Room,
  latency: number,
): { nodes: number; work: Work } | undefined {
  const needed = 2 / (latency / 1000);
  for (let nodes = 1; nodes <= room.clients; nodes++) {
    const found = work(room, nodes, needed);
    if (found.core <= FULL) return { nodes, work: found };
  }
  return undefined;
}

if (import.meta.main) {
  const [clients, rate, latency = 500, body = 100] = Deno.args.map(Number);
  if (
    !Deno.args[1] ||
    [clients, rate, latency, body].some((n) => !(n! > 0 && n! < 1e9)) ||
    body > 255
  ) {
    console.error(
      "sizing: CLIENTS RATE [LATENCY [BODY]]: how many clients, messages a second, milliseconds at most (500), bytes of a body (100, up to 255)",
    );
    Deno.exit(2);
  }
  const room = { clients: clients!, rate: rate!, body };
  const found = size(room, latency);
  if (!found) {
    console.log("Too much for one stream: split the room.");
  } else {
    const { nodes, work: { batches, core, engineIn, engineOut } } = found;
    console.log(
      `${plural(nodes, "node")} of ${
        count(Math.ceil(clients! / nodes))
      } clients, ${core.toFixed(2)} of a core each; ${
        count(Math.round(batches))
      } batches/s; the engine takes ${bytes(engineIn)}/s and sends ${
        bytes(engineOut)
      }/s (${(engineOut * 8 / 1e9).toFixed(2)} Gbit/s)`,
    );
  }
}
