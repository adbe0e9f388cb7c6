/**
 * Load mode: an open loop. Messages are due at fixed times whatever the server does,
 * and latency counts from the time a message was due. The rounds and the sweep play
 * it. A run in which the tester itself was too slow says so in its result.
 *
 * @module
 */
import type { Latency } from "../checks/latency_histogram.ts";
import { clientName } from "../checks/ledger.ts";
import type { ServerUnderTest } from "../target/server.ts";
import { UsageMonitor } from "../target/usage_monitor.ts";
import { LoadClients } from "./load_clients.ts";
import type { RunResult, TesterStats } from "./result.ts";
import type { LoadSettings } from "./settings.ts";
import { bottleneckOf } from "./tester_load.ts";
import { type RunOptions, TestRun } from "./test_run.ts";

/** The most messages of a run: each takes 8 bytes of memory. */
export const MAX_MESSAGES = 1 << 25;

/**
 * Plays one load against `server`.
 *
 * @param run The number of the run against this server, so that its messages differ
 * from those of earlier runs.
 */
export async function playLoad(
  server: ServerUnderTest,
  settings: LoadSettings,
  run: number,
  options: RunOptions,
): Promise<RunResult> {
  const { timeout, count } = settings;
  using usage = UsageMonitor.start(server.pids);
  using testRun = new TestRun(server, { ...options, timeout });
  const clients = new LoadClients(testRun, settings, run);
  testRun.onCheck = () => {
    const { sent, deliveries } = clients;
    options.onProgress?.(sent, count, deliveries);
    // A message that a socket does not accept must arrive in time as well.
    if (clients.senders.behind) testRun.noteSent();
  };
  await clients.connect();
  usage?.restartCpu();
  await clients.send();
  await clients.waitForDeliveries();
  const used = usage?.summary(clients.deliveries) ?? null;
  await clients.readStuck();
  await testRun.finish();
  return resultOf(clients, testRun, settings, used);
}

function resultOf(
  clients: LoadClients,
  { violations, failed, interrupted, cuts }: TestRun,
  { rate, count, maxLost }: LoadSettings,
  server: RunResult["server"],
): RunResult {
  const { sent, received, seconds, deliveries, expected } = clients;
  const lost = expected - deliveries;
  clients.checkAll();
  // What a server that died or stalled did not deliver is no further violation.
  if (!failed && lost > maxLost * expected) {
    const least = Math.min(...received);
    const client = clientName(received.indexOf(least));
    violations.add(
      "conservation",
      () =>
        `${client} received ${least} of ${sent} messages, and at most ${
          maxLost * 100
        } % may be lost`,
    );
  }
  const latency = clients.latency.summary();
  return {
    offeredRate: rate,
    seconds,
    sent,
    expected,
    received: deliveries,
    lost,
    deliveriesPerSecond: seconds > 0 ? deliveries / seconds : 0,
    latency,
    tester: testerStats(clients, latency),
    server,
    cuts: cuts.clients > 0 ? cuts : null,
    unfinished: clients.gaveUp && (sent < count || lost > 0)
      ? { unsent: count - sent, undelivered: lost }
      : null,
    interrupted: interrupted && sent < count,
    violations: violations.list(),
  };
}

function testerStats(
  clients: LoadClients,
  latency: Latency | null,
): TesterStats {
  const { uncheckedOrder, senders, waitingBusy } = clients;
  const sendDelay = senders.delay.summary();
  const stats = {
    sendDelayP99Microseconds: sendDelay?.p99Microseconds ?? 0,
    sendDelayMaxMicroseconds: sendDelay?.maxMicroseconds ?? 0,
    cpuSeconds: senders.cpuSeconds,
    busyShare: sendDelay && senders.busy,
    waitingBusyShare: waitingBusy,
    waitedShare: sendDelay && senders.waited,
  };
  return {
    ...stats,
    bottleneck: bottleneckOf(stats, latency?.p99Microseconds ?? 0),
    ...uncheckedOrder > 0 && { uncheckedOrder },
  };
}
