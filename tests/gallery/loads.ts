/**
 * The loads of the gallery: what is played against each server, with the stress
 * tester's clients, and measured. Each play has a server of its own.
 */
import { playLoad } from "../../lib/stresstest/load/load.ts";
import { Reference } from "../../lib/stresstest/load/reference.ts";
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import type { LoadSettings } from "../../lib/stresstest/load/settings.ts";
import { spread } from "../../lib/stresstest/report/spread.ts";
import type { Server } from "../../lib/stresstest/target/server.ts";
import {
  type Flood,
  flood,
  NotServedError,
  type Wire,
} from "../bench/flood.ts";
import type { Field, Measurement } from "./result.ts";

/** How long everything is played. */
export interface Size {
  rounds: number;
  /** How often a load is played on one server; its measurement is the median. */
  parts: number;
  /** Seconds of a part, and of the warm-up before the first. */
  seconds: number;
  warmUp: number;
  /** Messages of each publisher that waits for answers, in a part. */
  messages: number;
  idleClients: number;
  /** Milliseconds without a delivery after which a server counts as stalled. */
  timeout: number;
  /** If nothing is named: the loads, and whether the guarantees are judged. */
  loads: readonly LoadName[];
  judged: boolean;
}

export const FULL: Size = {
  rounds: 3,
  parts: 5,
  seconds: 1,
  warmUp: 1,
  messages: 1500,
  idleClients: 2000,
  timeout: 5000,
  loads: ["reply", "chat", "hall", "flood", "idle", "stuck"],
  judged: true,
};

export const QUICK: Size = {
  rounds: 1,
  parts: 1,
  seconds: 0.3,
  warmUp: 0.1,
  messages: 300,
  idleClients: 500,
  timeout: 3000,
  loads: ["reply", "chat", "hall", "flood"],
  judged: false,
};

/** How a load is played. */
export interface Play {
  size: Size;
  wire: Wire;
  stop: AbortSignal;
}

export type LoadName = "reply" | "chat" | "hall" | "flood" | "idle" | "stuck";

/** A load. */
export interface Load {
  title: string;
  /** Who does what, in a sentence. */
  about: string;
  play: (server: Server, play: Play) => Promise<Measurement>;
}

/** A message of every load but `stuck`, whose are as long as can be. */
const BODY = 64;

/** Receivers whose latency is measured; more would overload the tester. */
const SAMPLED = 20;

/** The load on a server before it is measured: compilers do their first work. */
const WARM_UP = { rate: 2000, participants: 10, subscribers: 40 };

/** Clients that never read, and those beside them. */
const STUCK = { stuck: 200, subscribers: 10, publishers: 1, rate: 5000 };

/** For how much longer than the others this is played, in one part: until what waits is full. */
const STUCK_LONGER = 3;

export const LOADS: Record<LoadName, Load> = {
  reply: {
    title: "request and reply",
    about:
      "Two publishers send their next message when their three subscribers each have the last.",
    play: playReply,
  },
  chat: {
    title: "2,000/s to 50",
    about: "Two publishers send 2,000 messages a second to 50 clients.",
    play: (server, play) =>
      playRate(server, play, {
        rate: 2000,
        publishers: 2,
        subscribers: 50,
      }),
  },
  hall: {
    title: "1,000/s to 1,000",
    about: "Two publishers send 1,000 messages a second to 1,000 clients.",
    play: (server, play) =>
      playRate(server, play, {
        rate: 1000,
        publishers: 2,
        subscribers: 1000,
      }),
  },
  flood: {
    title: "flat out, 4 to 50",
    about:
      "Four publishers send to 50 clients as fast as their sockets take it. Lost is what has not arrived after two seconds.",
    play: playFlood,
  },
  idle: {
    title: "idle",
    about: "Clients connect, and all of them receive one message.",
    play: playIdle,
  },
  stuck: {
    title: "200 that never read",
    about:
      "5,000 messages of 255 bytes a second to ten clients, beside 200 that never read.",
    play: (server, play) =>
      playRate(server, play, { ...STUCK, body: { min: 255, max: 255 } }, {
        ...play.size,
        parts: 1,
        seconds: STUCK_LONGER * play.size.seconds,
      }),
  },
};

/** As the stress tester plays it, where nothing else is said. */
export function settings(
  size: Size,
  seconds: number,
  load: Partial<LoadSettings> & { rate: number },
): LoadSettings {
  return {
    count: Math.ceil(load.rate * seconds),
    publishers: 0,
    subscribers: 0,
    participants: 0,
    sampled: SAMPLED,
    stuck: 0,
    churn: 0,
    body: { min: BODY, max: BODY },
    timeout: size.timeout,
    maxLost: 1,
    ...load,
  };
}

async function playReply(
  server: Server,
  { size, stop }: Play,
): Promise<Measurement> {
  const open = (messages: number) =>
    new Reference(server, {
      publishers: 2,
      subscribers: 3,
      messages,
      tick: 1000,
      timeout: size.timeout,
      maxLost: 1,
    });
  using reference = open(size.messages);
  await reference.repetition({ stop }); // it warms up
  return await several(
    size.parts,
    async () => measured(await reference.repetition({ stop })),
  );
}

async function playRate(
  server: Server,
  { size: all, stop }: Play,
  load: Partial<LoadSettings> & { rate: number },
  size: Size = all,
): Promise<Measurement> {
  await warmUp(server, size, stop);
  const asked = settings(size, size.seconds, load);
  return await several(
    size.parts,
    async (part) => measured(await playLoad(server, asked, part, { stop })),
  );
}

async function playFlood(
  server: Server,
  { size, wire, stop }: Play,
): Promise<Measurement> {
  await warmUp(server, size, stop);
  return await several(size.parts, async () => {
    try {
      return flooded(await flood(server, wire, size.seconds * 1000));
    } catch (error) {
      if (!(error instanceof NotServedError)) throw error;
      return unserved(error.message); // the flood before was too much for it
    }
  });
}

function flooded(found: Flood): Measurement {
  const { missing, cpuMicrosecondsPerDelivery } = found;
  return {
    ...found,
    cpuMicrosecondsPerDelivery: Number.isFinite(cpuMicrosecondsPerDelivery)
      ? cpuMicrosecondsPerDelivery
      : null,
    lost: missing,
    bytesPerClient: null,
    violations: [],
    bottleneck: null,
  };
}

function unserved(text: string): Measurement {
  return {
    deliveriesPerSecond: null,
    p50Microseconds: null,
    p99Microseconds: null,
    cpuMicrosecondsPerDelivery: null,
    lost: null,
    peakMemoryBytes: null,
    bytesPerClient: null,
    violations: [{ verdict: "stalled", text }],
    bottleneck: null,
  };
}

/** One message is sent, so that all are known to be clients. */
async function playIdle(
  server: Server,
  { size, stop }: Play,
): Promise<Measurement> {
  await warmUp(server, size, stop);
  const asked = settings(size, 1, {
    rate: 1,
    publishers: 1,
    subscribers: size.idleClients,
  });
  const run = await playLoad(server, asked, 1, { stop });
  const { server: used } = run;
  return {
    ...measured(run),
    bytesPerClient: used && used.endMemoryBytes > used.startMemoryBytes
      ? (used.endMemoryBytes - used.startMemoryBytes) / size.idleClients
      : null,
  };
}

async function warmUp(
  server: Server,
  size: Size,
  stop: AbortSignal,
): Promise<void> {
  await playLoad(server, settings(size, size.warmUp, WARM_UP), 0, { stop });
}

/**
 * Plays a load in parts, one after another on one server. What stops the machine for a
 * moment decides the p99 of one of them, and not their median.
 *
 * @param play Plays a part, from 1: the messages of each differ, for a slow server may
 * still send those of the one before.
 */
export async function several(
  parts: number,
  play: (part: number) => Promise<Measurement>,
): Promise<Measurement> {
  const played: Measurement[] = [];
  while (played.length < parts) {
    played.push(await play(played.length + 1));
    if (played.at(-1)!.violations.length > 0) break;
  }
  const median = (field: Field) =>
    spread(played.map((each) => each[field]))?.median ?? null;
  const limits = played.map(({ bottleneck }) => bottleneck).filter(Boolean);
  return {
    deliveriesPerSecond: median("deliveriesPerSecond"),
    p50Microseconds: median("p50Microseconds"),
    p99Microseconds: median("p99Microseconds"),
    cpuMicrosecondsPerDelivery: median("cpuMicrosecondsPerDelivery"),
    lost: median("lost"),
    peakMemoryBytes: median("peakMemoryBytes"),
    bytesPerClient: median("bytesPerClient"),
    violations: played.flatMap(({ violations }) => violations),
    bottleneck: limits.length * 2 > parts ? limits[0]! : null,
  };
}

function measured(run: RunResult): Measurement {
  const { deliveriesPerSecond, latency, lost, expected, server } = run;
  return {
    deliveriesPerSecond,
    p50Microseconds: latency?.p50Microseconds ?? null,
    p99Microseconds: latency?.p99Microseconds ?? null,
    cpuMicrosecondsPerDelivery: server?.cpuMicrosecondsPerDelivery ?? null,
    lost: expected > 0 ? lost / expected : null,
    peakMemoryBytes: server?.peakMemoryBytes ?? null,
    bytesPerClient: null,
    violations: run.violations,
    bottleneck: run.tester.bottleneck,
  };
}
