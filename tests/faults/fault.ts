/**
 * Faults: each is a test, and a row of the table that `deno task faults` prints
 * with more of everything.
 */
import { play, type Scene, type Setup } from "./scene.ts";

/** The longest that one of the tests may take, in milliseconds. */
const PATIENCE = 120_000;

/** A fault. Its name and what is expected are the test's name. */
export interface Fault extends Setup {
  expected: string;
  /** How much of it: in the suite, and in the table. */
  size?: { light: number; heavy: number };
  /** Why it cannot be injected here. */
  skip?: string | undefined;
  /** What is done, and what was seen. It fails unless that is what is expected. */
  inject(scene: Scene, size: number): Promise<string>;
}

/** All faults, by name. */
export const faults = new Map<string, Fault>();

/** Whether the server can be stopped, and told to end, as the tests need it. */
const POSIX = Deno.build.os !== "windows";

/** Makes a fault a test and keeps it for the table. */
export function fault(name: string, options: Fault): void {
  const skip = POSIX ? options.skip : "no POSIX signals";
  faults.set(name, { ...options, skip });
  Deno.test({
    name: `${name}: ${options.expected}${skip ? ` (skipped: ${skip})` : ""}`,
    ignore: skip !== undefined,
    timeout: PATIENCE,
    fn: async () => void await happen(name, "light"),
  });
}

/** Lets a fault happen; returns what was seen. */
export function happen(
  name: string,
  weight: "light" | "heavy",
): Promise<string> {
  const { size, inject, ...setup } = faults.get(name)!;
  return play(
    setup,
    (scene) => inject(scene, size?.[weight] ?? 0),
    weight === "heavy",
  );
}
