/** Results of the gallery for tests. */
import { environment } from "../../lib/stresstest/report/environment.ts";
import type { GalleryResult, Measurement, ServerResult } from "./result.ts";

/** A play of a load that a server bears. */
export function measurement(some: Partial<Measurement> = {}): Measurement {
  return {
    deliveriesPerSecond: 1e5,
    p50Microseconds: 100,
    p99Microseconds: 1000,
    cpuMicrosecondsPerDelivery: 2,
    lost: 0,
    peakMemoryBytes: 50 * 1024 ** 2,
    bytesPerClient: 4096,
    violations: [],
    bottleneck: null,
    ...some,
  };
}

/** A server that nothing is wrong with. */
export function server(
  name: string,
  some: Partial<ServerResult> = {},
): ServerResult {
  return {
    name,
    version: "Go 1.26.8",
    source: "tests/gallery/servers/log.go",
    text: 'if a < b && c == "d" {}',
    build: "go build -o OUT/server SOURCE",
    run: "OUT/server",
    lines: 90,
    head: {
      style: "a style",
      wakes: "everybody",
      slowClient: "nothing waits",
      givesUp: "nothing",
    },
    judgement: {
      specification: [
        "S1 a",
        "S4 b",
        "S6 c",
        "S7 a client that lags",
        "half-close",
      ]
        .map((name) => ({ name })),
      violations: { light: [], stuck: [], many: [] },
      ends: true,
    },
    loads: {
      reply: [measurement()],
      chat: [measurement(), measurement({ p99Microseconds: 3000 })],
      hall: [measurement()],
      flood: [measurement()],
      idle: [measurement()],
      stuck: [measurement()],
    },
    ...some,
  };
}

export function result(...servers: ServerResult[]): GalleryResult {
  return {
    environment: environment(),
    servers,
    leftOut: [],
    played: 10,
    disturbed: 1,
  };
}
