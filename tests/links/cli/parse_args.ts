import { parseArgs as untyped } from "npm:deno-std@1.4.0/cli/parse_args.js";

/** The part of the official `ParseOptions` that is used here. */
export interface ParseOptions<B extends string, S extends string> {
  alias?: Record<string, string>;
  boolean?: readonly B[];
  string?: readonly S[];
  unknown?: (arg: string, key?: string, value?: unknown) => unknown;
}

/** Parses command-line arguments. */
export const parseArgs: <B extends string, S extends string>(
  args: string[],
  options: ParseOptions<B, S>,
) => Record<B, boolean> & Partial<Record<S, string>> & {
  _: (string | number)[];
} = untyped;
