/**
 * The soak: has clients come and go, get stuck, talk and burst, for minutes or
 * hours, and looks at the server all the while.
 */
import config from "../../deno.json" with { type: "json" };
import { environment } from "../../lib/stresstest/report/environment.ts";
import { playLoad } from "../../lib/stresstest/load/load.ts";
import { descriptors } from "../../lib/stresstest/target/proc.ts";
import { Server } from "../../lib/stresstest/target/server.ts";
import type { Asked } from "./arguments.ts";
import { judge } from "./judge.ts";
import { QuietPair } from "./pair.ts";
import type { SoakResult, SoakRound } from "./result.ts";
import { rounds, SIZES } from "./rounds.ts";
import { Sampler } from "./sampler.ts";

/** How long a server may take to start, or to notice that clients have left. */
const PATIENCE = 10_000;

/** Descriptors that were as many so often, 20 ms apart, are at rest. */
const STEADY = 5;

/** How a soak goes on. */
interface RunOptions {
  /** Ends it early: what there is then is judged. */
  stop: AbortSignal;
  onRound: (round: SoakRound, result: SoakResult) => void;
}

/**
 * Runs it.
 *
 * @throws {StartError} If the server does not start.
 */
export async function soak(
  { target, minutes, timeout }: Asked,
  { stop, onRound }: RunOptions,
): Promise<SoakResult> {
  await using server = await Server.start(target, {
    addresses: [{ transport: "tcp", hostname: "127.0.0.1", port: 0 }],
    readyTimeout: PATIENCE,
    stop,
  });
  const pid = server.pid!;
  using pair = await QuietPair.connect(server.address, SIZES);
  using sampler = new Sampler(pid, pair);
  const result: SoakResult = {
    version: config.version,
    server: target.text,
    environment: environment(),
    seconds: 0,
    failures: [],
    memory: null,
    descriptors: null,
    rounds: [],
    samples: sampler.samples,
  };
  const over = new AbortController();
  const either = AbortSignal.any([stop, over.signal]);
  const timer = setTimeout(() => over.abort(), minutes * 60_000);
  const all = rounds(timeout);
  // Run 0 is the pair's.
  for (let run = 1; !either.aborted; run++) {
    const { name, settings } = all[(run - 1) % all.length]!;
    const played = await playLoad(server, settings, run, { stop: either });
    for (const { verdict, text } of played.violations) {
      result.failures.push(`round ${run}, ${name}: ${verdict}: ${text}`);
      if (verdict === "died" || verdict === "stalled") over.abort();
    }
    const round = {
      name,
      seconds: sampler.seconds,
      sent: played.sent,
      received: played.received,
      lost: played.lost,
      p99Microseconds: played.latency?.p99Microseconds ?? null,
      descriptors: await atRest(pid),
    };
    result.rounds.push(round);
    onRound(round, result);
  }
  clearTimeout(timer);
  await pair.end();
  result.failures.push(...pair.failures);
  result.seconds = sampler.seconds;
  judge(result);
  return result;
}

/** Descriptors of the server when the clients of a round have left. */
async function atRest(pid: number): Promise<number> {
  const begun = performance.now();
  let open = descriptors(pid);
  let steady = 0;
  while (steady < STEADY && performance.now() - begun < PATIENCE) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    const now = descriptors(pid);
    steady = now === open ? steady + 1 : 0;
    open = now;
  }
  return open;
}
