/**
 * Faults: each is a test, and a row of the table that `deno task faults` prints
 * with more of everything.
 */
import { assertEquals, assertMatch } from "@std/assert";
import { Scene, type Setup } from "./scene.ts";
import { test } from "../support/test.ts";

/** The longest that one of the tests may take, in milliseconds. */
const PATIENCE = 120_000;

/** How many beats are measured before a fault of the table. */
const BEATS_BEFORE = 200;

/** How much of a fault: as in the suite, or as in the table. */
export type Weight = "light" | "heavy";

/** A fault. Its name and what is expected are the test's name. */
export interface Fault extends Setup {
  expected: string;
  size?: Record<Weight, number>;
  /** Why it, or so much of it, cannot be injected here. */
  skip?: (size: number) => string | undefined;
  /** What is done, and what was seen. It fails unless that is what is expected. */
  inject(scene: Scene, size: number): Promise<string>;
}

/** A row of the table. */
export interface Row {
  readonly expected: string;
  /** Why it cannot be injected here. */
  whyNot(weight: Weight): string | undefined;
  /** Lets it happen; what was seen. It fails unless that is what is expected. */
  happen(weight: Weight): Promise<string>;
}

/** All faults, by name. */
export const faults = new Map<string, Row>();

/** Makes a row of the table a test as well. */
export function faultOf(name: string, row: Row): void {
  faults.set(name, row);
  const why = row.whyNot("light");
  test({
    name: `${name}: ${row.expected}${why ? ` (skipped: ${why})` : ""}`,
    ignore: why !== undefined,
    timeout: PATIENCE,
    fn: async () => void await row.happen("light"),
  });
}

/** Makes a fault of one server a test and a row of the table. */
export function fault(name: string, options: Fault): void {
  faultOf(name, {
    expected: options.expected,
    whyNot: (weight) => whyNot(options, weight),
    happen: (weight) => happen(options, weight),
  });
}

/** Why a fault cannot be injected here. */
function whyNot(
  { size, skip }: Fault,
  weight: Weight,
): string | undefined {
  // Processes are stopped, and told to end, by signals.
  return Deno.build.os === "windows"
    ? "no POSIX signals"
    : skip?.(size?.[weight] ?? 0);
}

/**
 * Lets a fault happen. After it, the pulse has lost nothing, a new client is
 * served, sockets are as many as before, standard error has said what
 * was to be said, and the server ends as told.
 *
 * @returns What was seen.
 */
async function happen(
  { size, inject, ...setup }: Fault,
  weight: Weight,
): Promise<string> {
  const heavy = weight === "heavy";
  await using scene = await Scene.set(setup);
  const { pulse, server } = scene;
  do await pulse.beat(); while (heavy && pulse.times.length < BEATS_BEFORE);
  const { sockets } = scene;
  const before = pulse.times.splice(0);
  let seen = await inject(scene, size?.[weight] ?? 0);
  const during = pulse.times.splice(0);

  const late = await scene.listener("late");
  await late.say("hello");
  await scene.dismiss(sockets);
  await pulse.stop();
  server.kill("SIGTERM");
  const { code, stdout } = await server.end();
  assertEquals([code, stdout], [0, ""]);
  if (!setup.complaint) assertEquals(scene.complaints, []);
  for (const line of scene.complaints) assertMatch(line, setup.complaint!);
  // Elsewhere the pulse's own process is busy with the fault.
  if (heavy && setup.link) {
    seen += `; pulse p99 ${p99(before)}, then ${p99(during)}`;
  }
  return seen;
}

function p99(times: number[]): string {
  const sorted = times.toSorted((a, b) => a - b);
  return `${sorted[Math.floor(0.99 * sorted.length)]?.toFixed(1)} ms`;
}
