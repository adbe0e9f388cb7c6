/**
 * Mutants that no test can notice, or none should, each with the reason. They are
 * known by their text and not by their place, so that the list outlives edits.
 */

/** Mutants of one or more equal lines of a function. */
export interface Equivalent {
  /** The path from the root of the repository. */
  readonly file: string;
  /** The function, method or constant; empty at the top of the module. */
  readonly within: string;
  /** The line before and after, as the survivors are printed. */
  readonly before: string;
  readonly after: string;
  /** Why no test notices. */
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [
  {
    file: "lib/server/callbacks.ts",
    within: "call",
    before: "if (result) Promise.resolve(result).catch(this.report);",
    after: "if (true) Promise.resolve(result).catch(this.report);",
    reason:
      "The condition spares a promise for each event; without it nothing else happens.",
  },
];
