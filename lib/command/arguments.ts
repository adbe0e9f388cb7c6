/**
 * The command line of the server: what may be said, and what it means. The entry
 * point reads it first. Its one rule: whatever is wrong is one clear line, and
 * nothing has been started by then.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Address, parseAddress } from "../wire/address.ts";
import { DEFAULT_CAPACITY, Hub } from "../hub/hub.ts";
import {
  DEFAULT_MAX_CLIENTS,
  DEFAULT_STALL_TIMEOUT,
} from "../server/options.ts";
import { escape } from "../wire/escape.ts";

/** How the command is called. */
export const USAGE = "zillions [OPTIONS] ADDRESS";

/** What `--help` prints; it fits a window of 80 columns. */
export const HELP = `Usage: ${USAGE}

Sends every message of every client to all clients. ADDRESS is the IP address
and port to listen on, 127.0.0.1:8080 or [::1]:8080; port 0 picks a free one.

  --capacity SIZE          memory for messages, which is how far a client can
                           lag before it loses some: bytes, or with K, M or G
                           (default ${DEFAULT_CAPACITY / 1024 ** 2}M)
  --max-clients N          the most clients at a time; more are turned away
                           (default ${DEFAULT_MAX_CLIENTS})
  --max-clients-per-address N
                           the most from one IPv4 address, or from one IPv6
                           network of 64 bits (default: as --max-clients)
  --stall-timeout SECONDS  disconnect a client that neither takes a byte nor
                           sends a message for so long while data waits for
                           it; 0: never
                           (default ${DEFAULT_STALL_TIMEOUT / 1000})
  --stats SECONDS          print figures to standard error, every so often
  -v, --verbose            print clients that come and go there as well, not
                           only what goes wrong
  --json                   print one JSON object a line there
  -h, --help
  --version

SIGINT, SIGTERM or the end of its terminal: it sends what waits and ends. A
second one ends it at once.`;

/** What was asked for. */
export interface Arguments {
  address: Address;
  hub: Hub;
  maxClients: number;
  maxClientsPerAddress: number;
  /** Milliseconds. */
  stallTimeout: number;
  /** Milliseconds between lines of figures; 0: none. */
  stats: number;
  verbose: boolean;
  json: boolean;
}

const UNITS: Record<string, number> = {
  K: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

/** The longest time that can be asked for, in seconds: a day. */
const MAX_SECONDS = 86_400;

/**
 * Reads the command line.
 *
 * @throws {Error} If it makes no sense.
 */
export function parseArguments(
  args: string[],
): Arguments | "help" | "version" {
  const parsed = parseArgs(args, {
    boolean: ["help", "version", "verbose", "json"],
    string: [
      "capacity",
      "max-clients",
      "max-clients-per-address",
      "stall-timeout",
      "stats",
    ],
    alias: { h: "help", v: "verbose" },
    unknown: (arg, key) => {
      if (key !== undefined) throw new Error(`unknown option "${escape(arg)}"`);
    },
  });
  if (parsed.help) return "help";
  if (parsed.version) return "version";
  if (parsed._.length !== 1) {
    const given = parsed._.length || "none";
    throw new Error(`one address is needed, not ${given}`);
  }
  const { capacity, verbose, json, ...given } = parsed;
  const maxClients = count("max-clients", given["max-clients"]) ??
    DEFAULT_MAX_CLIENTS;
  return {
    address: parseAddress(String(parsed._[0])),
    hub: new Hub({ capacity: size(capacity) ?? DEFAULT_CAPACITY }),
    maxClients,
    maxClientsPerAddress:
      count("max-clients-per-address", given["max-clients-per-address"]) ??
        maxClients,
    stallTimeout: seconds("stall-timeout", given["stall-timeout"]) ??
      DEFAULT_STALL_TIMEOUT,
    stats: seconds("stats", given.stats) ?? 0,
    verbose,
    json,
  };
}

function size(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const { digits, unit } =
    text.match(/^(?<digits>\d{1,12})(?<unit>[KMG])?$/i)?.groups ?? {};
  if (digits === undefined) {
    throw new Error(
      `--capacity needs a size such as 4194304 or 4M, not "${escape(text)}"`,
    );
  }
  return Number(digits) * (UNITS[unit?.toUpperCase() ?? ""] ?? 1);
}

function count(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^0*[1-9]\d{0,8}$/.test(text)) {
    throw new Error(
      `--${name} needs a whole number from 1, not "${escape(text)}"`,
    );
  }
  return Number(text);
}

function seconds(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}(\.\d{1,3})?$/.test(text) || Number(text) > MAX_SECONDS) {
    throw new Error(
      `--${name} needs a number of seconds up to ${MAX_SECONDS}, not "${
        escape(text)
      }"`,
    );
  }
  return Number(text) * 1000;
}
