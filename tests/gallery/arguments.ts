/** The command line of the gallery. */
import { parseArgs } from "@std/cli/parse-args";
import { FULL, type LoadName, LOADS, QUICK, type Size } from "./loads.ts";
import type { Asked } from "./gallery.ts";
import { STYLES } from "./styles.ts";

export const HELP = `Usage: deno task gallery [OPTIONS] [NAME...]

Builds the servers of the gallery, judges them, and measures them side by side.
NAMEs are servers (${STYLES.map(({ name }) => name).join(", ")}),
loads (${Object.keys(LOADS).join(", ")}), or "judge"; all unless given.

  --quick        one short round of the four loads of the charts: two minutes
  --rounds N     how often everything is measured (default: ${FULL.rounds})
  --report FILE  the page (default: gallery.html)
  --json FILE    also write all results as JSON
  --picture FILE also draw the charts as SVG
  --from FILES   measure nothing, but read such files, with commas between
  -h, --help`;

/** The command line is wrong. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export interface Arguments {
  asked: Asked;
  report: string;
  json: string | undefined;
  picture: string | undefined;
  /** Files with results, instead of measuring. */
  from: string[];
}

const VALUES = ["rounds", "report", "json", "picture", "from"];

/** @throws {UsageError} If the command line is wrong. */
export function parse(args: string[]): Arguments | "help" {
  const parsed = parseArgs(args, {
    boolean: ["quick", "help"],
    string: [...VALUES, "_"],
    alias: { help: "h" },
    unknown(option, key) {
      if (key !== undefined) throw new UsageError(`there is no ${option}`);
    },
  });
  if (parsed.help) return "help";
  for (const name of VALUES) {
    if (parsed[name] === "") throw new UsageError(`--${name} needs a value`);
  }
  const { rounds, report, json, picture, from } = parsed as Record<
    string,
    string
  >;
  if (rounds !== undefined && !/^[1-9]\d?$/.test(rounds)) {
    throw new UsageError(`--rounds is a number, 1 to 99, not "${rounds}"`);
  }
  const size = parsed.quick ? QUICK : FULL;
  return {
    asked: {
      ...named(parsed._.map(String), size),
      size: rounds ? { ...size, rounds: Number(rounds) } : size,
    },
    report: report ?? "gallery.html",
    json,
    picture,
    from: from?.split(",") ?? [],
  };
}

/** The servers and the loads that names stand for. */
function named(names: string[], size: Size): Omit<Asked, "size"> {
  const styles = STYLES.filter(({ name }) => names.includes(name));
  const all = Object.keys(LOADS) as LoadName[];
  const loads = all.filter((name) => names.includes(name));
  const judged = names.includes("judge");
  const known: string[] = [...STYLES.map(({ name }) => name), ...all, "judge"];
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no server and no load "${unknown}"`);
  }
  const isAll = loads.length === 0 && !judged;
  return {
    styles: styles.length > 0 ? styles : STYLES,
    loads: isAll ? size.loads : loads,
    judged: isAll ? size.judged : judged,
  };
}
