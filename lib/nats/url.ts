/**
 * The addresses of engines as people write them, with credentials in them. The NATS
 * packages would ignore those, and would not insist on TLS.
 *
 * @module
 */
import { formatAddress } from "../wire/address.ts";

/** Where the engines are, and who we are. */
export interface NatsServers {
  /** `HOST:PORT` of each. */
  readonly servers: string[];
  /** Whether the connection must be encrypted. */
  readonly tls: boolean;
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
}

const DEFAULT_PORT = 4222;

/**
 * Reads `nats://[USER:PASSWORD@|TOKEN@]HOST[:PORT][,URL...]`, or the same with
 * `tls://`. Engines of one cluster share scheme and credentials: those of the first
 * hold for all, and others must not differ.
 *
 * @throws {TypeError} If it is none. The message has no credentials in it.
 */
export function parseNatsUrls(text: string): NatsServers {
  const all = text.split(",").map(parseNatsUrl);
  const [first, ...others] = all as [ParsedUrl, ...ParsedUrl[]];
  for (const other of others) {
    const differs = other.tls !== first.tls ||
      other.credentials !== "" && other.credentials !== first.credentials;
    if (differs) {
      throw new TypeError(
        "Cannot read the NATS URLs: all have one scheme, and the credentials of the first",
      );
    }
  }
  return {
    servers: all.map(({ server }) => server),
    tls: first.tls,
    ...readCredentials(first.credentials),
  };
}

interface ParsedUrl {
  readonly server: string;
  readonly tls: boolean;
  /** What precedes the `@`, as it is written. */
  readonly credentials: string;
}

function parseNatsUrl(text: string): ParsedUrl {
  const [, scheme, rest = ""] = text.match(/^(nats|tls):\/\/(.*)$/) ?? [];
  if (scheme === undefined) {
    throw new TypeError(
      "Cannot read the NATS URL: it begins with nats:// or tls://",
    );
  }
  const at = rest.lastIndexOf("@");
  const credentials = rest.slice(0, Math.max(0, at));
  const host = rest.slice(at + 1);
  // The parser of http: knows the default port as none.
  const url = URL.parse(`http://${host}`);
  const isPlain = url && url.pathname === "/" && !/[/?#\s]/.test(host) &&
    url.hostname !== "";
  if (!isPlain) {
    throw new TypeError(
      "Cannot read the NATS URL: it is nats://HOST:PORT, with USER:PASSWORD@ or TOKEN@ before HOST if need be",
    );
  }
  const port = /:80$/.test(host) ? 80 : Number(url.port) || DEFAULT_PORT;
  const hostname = url.hostname.replace(/^\[|\]$/g, "");
  return {
    server: formatAddress({ hostname, port }),
    tls: scheme === "tls",
    credentials,
  };
}

function readCredentials(
  text: string,
): Pick<NatsServers, "user" | "pass" | "token"> {
  if (text === "") return {};
  let decoded: (string | undefined)[];
  try {
    const [, user = "", pass] = text.match(/^([^:]*)(?::(.*))?$/s)!;
    decoded = [user, pass].map((part) => part && decodeURIComponent(part));
  } catch {
    throw new TypeError(
      "Cannot read the NATS URL: its credentials have a % that is none; write it as %25",
    );
  }
  const [user = "", pass] = decoded;
  return pass === undefined ? { token: user } : { user, pass };
}
