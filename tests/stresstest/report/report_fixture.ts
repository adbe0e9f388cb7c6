/**
 * Made-up reports for the tests of the reports. The numbers come from a fixed seed, so
 * the same call gives the same report.
 *
 * @module
 */
import type { Latency } from "../../../lib/stresstest/checks/latency_histogram.ts";
import type { Report } from "../../../lib/stresstest/report/report.ts";
import type {
  RunResult,
  ServerResult,
} from "../../../lib/stresstest/load/result.ts";
import type { Usage } from "../../../lib/stresstest/target/usage_monitor.ts";

/** How a made-up server behaves under load. */
interface Behaviour {
  name: string;
  command: string;
  /** The most messages/s that it keeps up with. */
  most: number;
  /** Half of its deliveries are faster. */
  medianMicroseconds: number;
  cpuMicroseconds: number;
  memoryBytes: number;
}

const MIB = 1024 * 1024;

const BEHAVIOURS: readonly Behaviour[] = [
  {
    name: "zillions",
    command: "deno run --allow-net main.ts",
    most: 96_000,
    medianMicroseconds: 140,
    cpuMicroseconds: 0.42,
    memoryBytes: 58 * MIB,
  },
  {
    name: "tokio-core",
    command: "target/release/tokio-core",
    most: 64_000,
    medianMicroseconds: 110,
    cpuMicroseconds: 1.15,
    memoryBytes: 9 * MIB,
  },
  {
    name: "std-mpsc",
    command: "target/release/std-mpsc",
    most: 24_000,
    medianMicroseconds: 290,
    cpuMicroseconds: 2.6,
    memoryBytes: 21 * MIB,
  },
];

const SUBSCRIBERS = 50;

/** Options of {@linkcode fixture}. */
export interface FixtureOptions {
  mode?: Report["mode"];
  servers?: number;
  runs?: number;
}

/** A report in which every run passed. */
export function fixture(options: FixtureOptions = {}): Report {
  const { mode = "load", servers = 3, runs = 20 } = options;
  const random = generator();
  return {
    version: "0.1.0",
    command:
      "stresstest --mode load --rate 20000 --duration 10 --report report.html 'deno run --allow-net main.ts' target/release/tokio-core target/release/std-mpsc",
    environment: {
      date: "2026-11-22T14:30:00Z",
      os: "Linux 6.12.0",
      cpu: "AMD EPYC 7763 64-Core Processor",
      cores: 4,
      memoryBytes: 16 * 1024 * MIB,
      runtime: "Deno 2.9.6",
    },
    mode,
    settings: {
      publishers: 4,
      subscribers: SUBSCRIBERS,
      rate: 20_000,
      duration: 10,
    },
    servers: Array.from(
      { length: servers },
      (_, i) => server(i, mode, runs, random),
    ),
    planned: servers * runs,
    error: null,
    passed: true,
    interrupted: false,
  };
}

function server(
  index: number,
  mode: Report["mode"],
  runs: number,
  random: () => number,
): ServerResult {
  const behaviour = BEHAVIOURS[index % BEHAVIOURS.length]!;
  const round = Math.floor(index / BEHAVIOURS.length);
  const rates = Array.from(
    { length: runs },
    (_, i) => mode === "sweep" ? Math.round(2000 * 1.3 ** i) : 20_000,
  );
  const kept = rates.filter((rate) => rate <= behaviour.most);
  return {
    name: round === 0 ? behaviour.name : `${behaviour.name} ${round + 1}`,
    command: behaviour.command,
    remarks: [],
    killed: false,
    runs: rates.map((rate) => run(behaviour, mode, rate, random)),
    knee: mode === "sweep" ? kept.at(-1) ?? null : null,
    kneeEnd: mode === "sweep"
      ? { by: "server", rate: 200_000, reason: "was late by 1 s" }
      : null,
  };
}

function run(
  behaviour: Behaviour,
  mode: Report["mode"],
  rate: number,
  random: () => number,
): RunResult {
  const load = mode === "reference" ? 0.2 : rate / behaviour.most;
  const seconds = mode === "reference" ? 0.4 + random() / 10 : 10;
  const offered = mode === "reference"
    ? Math.round(1 / (behaviour.medianMicroseconds * 1e-6) * (1 + random() / 9))
    : rate;
  const sent = Math.round(offered * seconds);
  const expected = sent * SUBSCRIBERS;
  const lost = load > 1
    ? Math.round(expected * (1 - 1 / load) * (0.8 + random() / 5))
    : 0;
  const received = expected - lost;
  const cpu = behaviour.cpuMicroseconds * (0.95 + random() / 10) *
    (1 + 0.3 / (1 + rate / 4000));
  return {
    offeredRate: mode === "reference" ? null : rate,
    seconds,
    sent,
    expected,
    received,
    lost,
    cuts: null,
    unfinished: null,
    deliveriesPerSecond: received / seconds,
    latency: latency(behaviour, load, random),
    tester: {
      sendDelayP99Microseconds: 40 + random() * 30,
      sendDelayMaxMicroseconds: 900 + random() * 2000,
      cpuSeconds: seconds * 0.6,
      busyShare: 0.6,
      waitingBusyShare: null,
      waitedShare: 0.01,
      bottleneck: null,
    },
    server: usage(behaviour, seconds, received * cpu, received, load, random),
    interrupted: false,
    violations: [],
  };
}

function latency(
  behaviour: Behaviour,
  load: number,
  random: () => number,
): Latency {
  const wait = load > 1
    ? 40_000 * load
    : behaviour.medianMicroseconds / Math.max(0.02, 1 - load ** 2);
  const noise = 0.9 + random() / 5;
  const at = (percentile: number) => {
    const nines = Math.log10(100 / (100 - Math.min(percentile, 99.9999)));
    return Math.round(wait * noise * (0.45 + 0.4 * nines ** 2.2));
  };
  const percentiles: [number, number][] = [];
  for (let nines = 0; nines <= 5; nines += 0.05) {
    const percentile = 100 - 100 * 10 ** -nines;
    percentiles.push([percentile, at(percentile)]);
  }
  percentiles.push([100, at(100)]);
  return {
    p50Microseconds: at(50),
    p90Microseconds: at(90),
    p99Microseconds: at(99),
    p999Microseconds: at(99.9),
    maxMicroseconds: at(100),
    percentiles,
  };
}

function usage(
  behaviour: Behaviour,
  seconds: number,
  cpuMicroseconds: number,
  received: number,
  load: number,
  random: () => number,
): Usage {
  const start = behaviour.memoryBytes * (0.97 + random() * 0.06);
  const growth = behaviour.memoryBytes * Math.min(load, 2) * 0.8;
  const samples = 100;
  const memory = Array.from(
    { length: samples + 1 },
    (_, i): [number, number] => {
      const saw = load * 0.12 * behaviour.memoryBytes * ((i % 17) / 17);
      const size = start + growth * (1 - Math.exp(-i / 25)) + saw;
      return [i * seconds / samples, Math.round(size)];
    },
  );
  const sizes = memory.map(([, size]) => size);
  return {
    cpuSeconds: cpuMicroseconds / 1e6,
    systemSeconds: cpuMicroseconds / 2e6,
    cpuMicrosecondsPerDelivery: cpuMicroseconds / received,
    startMemoryBytes: sizes[0]!,
    peakMemoryBytes: Math.max(...sizes),
    endMemoryBytes: sizes.at(-1)!,
    memory,
  };
}

/** Park and Miller's: short, and good enough to look like noise. */
function generator(): () => number {
  let state = 42;
  return () => (state = state * 48271 % 2147483647) / 2147483647;
}
