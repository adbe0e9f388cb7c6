/**
 * Faults: each is a test, and a row of the table that `deno task faults` prints
 * with more of everything.
 */
import { play, type Scene, type Setup } from "./scene.ts";

/** The longest that one of the tests may take, in milliseconds. */
const PATIENCE = 120_000;

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

/** All faults, by name. */
export const faults = new Map<string, Fault>();

/** Makes a fault a test and keeps it for the table. */
export function fault(name: string, options: Fault): void {
  faults.set(name, options);
  const why = whyNot(options, "light");
  Deno.test({
    name: `${name}: ${options.expected}${why ? ` (skipped: ${why})` : ""}`,
    ignore: why !== undefined,
    timeout: PATIENCE,
    fn: async () => void await happen(options, "light"),
  });
}

/** Why a fault cannot be injected here. */
export function whyNot(
  { size, skip }: Fault,
  weight: Weight,
): string | undefined {
  // Processes are stopped, and told to end, by signals.
  return Deno.build.os === "windows"
    ? "no POSIX signals"
    : skip?.(size?.[weight] ?? 0);
}

/** Lets a fault happen; returns what was seen. */
export function happen(
  { size, inject, ...setup }: Fault,
  weight: Weight,
): Promise<string> {
  return play(
    setup,
    (scene) => inject(scene, size?.[weight] ?? 0),
    weight === "heavy",
  );
}
