/**
 * What the gallery found, as data: `--json` writes it as it is, and tables, picture and
 * page are made of it. Each name says its unit.
 */
import type { Violation } from "../../lib/stresstest/checks/violations.ts";
import type { Bottleneck } from "../../lib/stresstest/load/result.ts";
import type { Environment } from "../../lib/stresstest/report/environment.ts";
import type { LoadName } from "./loads.ts";
import type { SpecResult } from "./specification.ts";

/** All of it. */
export interface GalleryResult {
  environment: Environment;
  servers: ServerResult[];
  leftOut: LeftOutServer[];
  /** How many plays there were, and in how many of them something else was busy. */
  played: number;
  disturbed: number;
}

/** A server of the table that could not be built or run. */
export interface LeftOutServer {
  name: string;
  reason: string;
}

/** What was found of one server. */
export interface ServerResult {
  name: string;
  /** The program that compiles or runs it, with its version. */
  version: string;
  /** Its source, below the root of the repository, and what stands there. */
  source: string;
  text: string;
  build: string;
  run: string;
  /** Lines with code on them; `null` if it is a whole program. */
  lines: number | null;
  head: Head;
  judgement: Judgement;
  /** By load: what was measured in each round. */
  loads: Partial<Record<LoadName, Measurement[]>>;
}

/** What the head of a source says. */
export interface Head {
  style: string;
  wakes: string;
  slowClient: string;
  givesUp: string;
}

/** What the guarantees are judged by. What was not played is not there. */
export interface Judgement {
  specification?: SpecResult[];
  /** By load of the judge: what was violated. */
  violations: Partial<Record<JudgedLoad, Violation[]>>;
  /** Whether it ended when it was asked to by SIGTERM. */
  ends?: boolean;
}

/** The loads that the judge plays. */
export type JudgedLoad = "light" | "stuck" | "many";

/** One play of a load. What cannot be measured is `null`. */
export interface Measurement {
  deliveriesPerSecond: number | null;
  p50Microseconds: number | null;
  p99Microseconds: number | null;
  cpuMicrosecondsPerDelivery: number | null;
  /** The share of deliveries that did not arrive. */
  lost: number | null;
  peakMemoryBytes: number | null;
  /** By how much the server grew for each client. */
  bytesPerClient: number | null;
  violations: Violation[];
  /** Why the tester may have set the values. */
  bottleneck: Bottleneck | null;
}

/** What a measurement has as a number. */
export type Field = Exclude<keyof Measurement, "violations" | "bottleneck">;

/** The measurements of several results, as if they were one. The first says the rest. */
export function merge([first, ...others]: GalleryResult[]): GalleryResult {
  const result = structuredClone(first!);
  for (const other of others) {
    result.played += other.played;
    result.disturbed += other.disturbed;
    for (const server of other.servers) {
      const same = result.servers.find(({ name }) => name === server.name);
      if (same) add(same, server);
      else result.servers.push(structuredClone(server));
    }
  }
  result.leftOut = [result, ...others].flatMap(({ leftOut }) => leftOut)
    .filter(({ name }, at, all) =>
      all.findIndex((each) => each.name === name) === at &&
      !result.servers.some((server) => server.name === name)
    );
  return result;
}

function add(to: ServerResult, from: ServerResult): void {
  const { violations, ...rest } = from.judgement;
  Object.assign(to.judgement, rest);
  for (const [name, found] of entries(violations)) {
    (to.judgement.violations[name] ??= []).push(...found);
  }
  for (const [name, runs] of entries(from.loads)) {
    (to.loads[name] ??= []).push(...runs);
  }
}

/** The entries of an object whose keys are known. */
export function entries<Key extends string, Value>(
  of: Partial<Record<Key, Value>>,
): [Key, Value][] {
  return Object.entries(of) as [Key, Value][];
}
