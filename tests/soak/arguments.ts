/** The command line of the soak. */
import { parseArgs } from "@std/cli/parse-args";
import { escape } from "../../lib/wire/escape.ts";
import {
  parseTargets,
  type Target,
} from "../../lib/stresstest/target/target.ts";
import {
  decimal,
  FILE,
  parseValue,
  UsageError,
} from "../../lib/stresstest/value_types.ts";
import { script } from "../support/script.ts";

export { UsageError };

export const HELP = `Usage: deno task soak [OPTIONS] [EXECUTABLE]

Has clients come and go, get stuck and burst, and fails if the server grows, loses
a message of a client that keeps up, or breaks the one order. EXECUTABLE is our own
server unless given.

  --minutes N    how long (default 5)
  --timeout N    how long to wait for messages, in seconds (default 10)
  --json FILE    where samples go (default soak.json)
  --report FILE  where the charts go (default soak.html)
  -h, --help`;

/** How long a soak may take, in minutes. */
const MINUTES = decimal(0.01, 100_000);

/** How long messages may take, in seconds. */
const TIMEOUT = decimal(1, 3600);

/** What was asked for. */
export interface Asked {
  minutes: number;
  timeout: number;
  json: string;
  report: string;
  target: Target;
}

/** Our own server. A stuck client is shed within a round. */
const OURS: Target = {
  name: "zillions",
  text: "deno run --allow-net main.ts --stall-timeout 2",
  command: [...script("main.ts", "--allow-net"), "--stall-timeout", "2"],
  addresses: undefined,
};

/**
 * Reads the command line.
 *
 * @throws {UsageError} If it makes no sense.
 */
export function parse(args: string[]): Asked | "help" {
  const { help, _: given, minutes, timeout, json, report } = parseArgs(args, {
    alias: { h: "help" },
    boolean: ["help"],
    string: ["minutes", "timeout", "json", "report"],
    unknown: (arg, key) => {
      if (key === undefined) return;
      throw new UsageError(`there is no option "${escape(arg)}"`);
    },
  });
  if (help) return "help";
  const [target = OURS, ...more] = parseTargets(given.map(String));
  if (more.length > 0) throw new UsageError("one EXECUTABLE is enough");
  if (target.addresses) {
    throw new UsageError("an address has no process to look at");
  }
  return {
    minutes: parseValue("minutes", MINUTES, minutes ?? "5"),
    timeout: parseValue("timeout", TIMEOUT, timeout ?? "10"),
    json: parseValue("json", FILE, json ?? "soak.json"),
    report: parseValue("report", FILE, report ?? "soak.html"),
    target,
  };
}
