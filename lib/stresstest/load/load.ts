/**
 * Load mode: an open loop. Messages are due at fixed times whatever the server
 * does, and latency counts from when a message was due. The rounds run it, once
 * for each repetition or rate. Its one rule: what is the tester's own fault is
 * said so, and never put down to the server.
 *
 * @module
 */
import { Crowd, type LoadSettings } from "./load_clients.ts";
import { clientName } from "../checks/ledger.ts";
import type { Generator, Latency, RunResult } from "./result.ts";
import type { Subject } from "../target/server.ts";
import { Trial, type Watched } from "./test_run.ts";
import { UsageWatch } from "../target/usage_monitor.ts";

export type { LoadSettings };

/** The most messages of a run: what is kept of each takes 8 bytes. */
export const MAX_MESSAGES = 1 << 25;

/**
 * The generator was the bottleneck if it was busy for more than this share of the
 * time: what arrives then waits for the tester, not for the server.
 */
const BUSY = 0.8;

/** Or if it was later than this, in microseconds, and by half of the latency. */
const SLIP = 1000;

/**
 * Plays one load against `server`.
 *
 * @param run Counts the runs against this server: their messages differ.
 */
export async function load(
  server: Subject,
  settings: LoadSettings,
  run: number,
  watched: Watched,
): Promise<RunResult> {
  using usage = UsageWatch.start(server.pid);
  using trial = new Trial(server, {
    ...watched,
    timeout: settings.timeout,
  });
  const crowd = new Crowd(trial, settings, run);
  trial.onBeat = () => {
    const { sent, deliveries } = crowd;
    watched.onProgress?.(sent, settings.count, deliveries);
    // A message that a socket does not take is waited for like one it took.
    if (crowd.behind) trial.sent();
  };
  await crowd.connect();
  usage?.mark();
  await crowd.send();
  await crowd.settle();
  const used = usage?.summary(crowd.deliveries) ?? null;
  await trial.finish();
  return result(crowd, trial, settings, used);
}

/** What it came to. */
function result(
  crowd: Crowd,
  { violations }: Trial,
  { rate, maxLost }: LoadSettings,
  server: RunResult["server"],
): RunResult {
  const { sent, received, seconds } = crowd;
  const expected = sent * crowd.steady;
  const lost = expected - crowd.deliveries;
  crowd.close();
  if (lost > maxLost * expected) {
    const least = Math.min(...received);
    violations.add(
      "conservation",
      () =>
        `${
          clientName(received.indexOf(least))
        } received ${least} of ${sent} messages, and the most that may be lost is ${
          maxLost * 100
        } %`,
    );
  }
  const latency = crowd.latency.summary();
  return {
    offeredRate: rate,
    seconds,
    sent,
    expected,
    received: crowd.deliveries,
    lost,
    deliveriesPerSecond: seconds > 0 ? crowd.deliveries / seconds : 0,
    latency,
    generator: generator(crowd, latency),
    server,
    violations: violations.list(),
  };
}

function generator(crowd: Crowd, latency: Latency | null): Generator {
  const slip = crowd.slip.summary();
  const slipP99 = slip?.p99Microseconds ?? 0;
  const { uncheckedOrder } = crowd;
  return {
    slipP99Microseconds: slipP99,
    slipMaxMicroseconds: slip?.maxMicroseconds ?? 0,
    cpuSeconds: crowd.cpuSeconds,
    bottleneck: slip !== null && crowd.busy > BUSY ||
      slipP99 > SLIP && slipP99 > (latency?.p99Microseconds ?? 0) / 2,
    ...uncheckedOrder > 0 && { uncheckedOrder },
  };
}
