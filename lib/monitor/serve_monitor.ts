/**
 * The monitor of a server: a page that shows what it does, metrics for Prometheus, and
 * all figures as JSON. It only reads.
 *
 * | Path       | What it has                                                          |
 * | ---------- | -------------------------------------------------------------------- |
 * | `/`        | the page                                                             |
 * | `/metrics` | Prometheus' text format                                              |
 * | `/healthz` | 200 while it serves                                                  |
 * | `/readyz`  | 200; 503 while the server drains or its engine is away, and the reason |
 * | `/stats`   | all figures at this moment: {@linkcode Snapshot}                     |
 * | `/clients` | connected clients; `sort`, `limit` (50, 1000 at most) and `offset`   |
 * | `/ended`   | the newest 200 clients that left, the newest first                   |
 * | `/history` | the last ten minutes, every two seconds: {@linkcode Sample}          |
 *
 * It answers to IP addresses, `localhost`, and the names that it is given; others are
 * refused, because a page on any site could have its own name lead here.
 *
 * @module
 */
import {
  type Answer,
  type HttpRefusal,
  jsonAnswer,
  type Refusal,
  textAnswer,
} from "../http/answer.ts";
import {
  assetAnswer,
  type AssetAnswers,
  type Assets,
  checkMethod,
  prepareAssets,
} from "../http/assets.ts";
import { checkHost } from "../http/host.ts";
import { type HttpRequest, HttpServer } from "../http/http_server.ts";
import type { InboxCounts, OutboxCounts, RoomStats } from "../nats/room.ts";
import { listen } from "../server/listener.ts";
import type {
  ConnectedClient,
  EndedClient,
  Listener,
  Server,
} from "../server/serve.ts";
import type { WebStats } from "../web/serve_web.ts";
import { formatAddress } from "../wire/address.ts";
import { monitorAssets } from "./assets.ts";
import { clientTable, type Sort, SORTS } from "./client_table.ts";
import { METRICS_TYPE, metricsText } from "./metrics.ts";
import { type ProcessUsage, type Sample, Sampler } from "./sampler.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

export type * from "../server/serve.ts";
export type * from "../web/serve_web.ts";
export type { InboxCounts, OutboxCounts, ProcessUsage, RoomStats };
export type { Sample, Snapshot };

/** The port to listen on by default. */
const DEFAULT_PORT = 9000;

/** How many clients there are in an answer, by default and at most. */
const [DEFAULT_LIMIT, MAX_LIMIT] = [50, 1000] as const;

/** Options of {@linkcode serveMonitor}. */
export interface MonitorOptions {
  /**
   * The IP address to listen on, IPv6 without brackets; or a host name, of which the
   * first address counts.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port; 0 picks a free one.
   *
   * @default {9000}
   */
  port?: number;
  /** Where to accept connections instead. The monitor closes it at its end. */
  listener?: Listener<Deno.NetAddr>;
  /**
   * Names of the monitor, without ports. It answers to these, to IP addresses, to
   * `localhost` and to `hostname`.
   */
  hosts?: readonly string[];
  /** The web side, if there is one, whose counts are shown, too. */
  web?: { stats(): WebStats };
  /** The room, if the server is a node: its counts are shown, too. */
  room?: { stats(): RoomStats };
  /**
   * The files of another page, by their paths from the page on; the empty one is the
   * page itself.
   */
  assets?: Assets;
  /** Called with failures that the monitor survives, such as that accepting paused. */
  onError?: (error: unknown) => void;
}

/** A running monitor. It ends when its server has ended. */
export interface Monitor {
  /** The address it listens on, with the real port. */
  readonly addr: Deno.NetAddr;
  /** Resolves when the server has ended and the port is free. Never rejects. */
  readonly finished: Promise<void>;
}

/**
 * Listens on an address, and shows there what `server` does until that has ended.
 *
 * @throws {Deno.errors.AddrInUse} If the port is taken.
 * @throws {Deno.errors.AddrNotAvailable} If the address is not this machine's.
 * @throws {Deno.errors.PermissionDenied} If the system does not allow the port.
 * @throws {Deno.errors.NotCapable} If `--allow-net` does not cover the address.
 *
 * @example Metrics of a server
 * ```ts
 * import { serve } from "@zillions/server";
 * import { serveMonitor } from "@zillions/server/monitor";
 * import { assertMatch } from "@std/assert";
 *
 * await using server = serve({ port: 0 });
 * const { addr } = await serveMonitor(server, { port: 0 });
 * const answer = await fetch(`http://127.0.0.1:${addr.port}/metrics`);
 * assertMatch(await answer.text(), /^zillions_clients 0$/m);
 * ```
 */
export async function serveMonitor(
  server: Server<Deno.Addr>,
  options: MonitorOptions = {},
): Promise<Monitor> {
  const { hostname, port = DEFAULT_PORT, assets = monitorAssets } = options;
  const answers = await prepareAssets(assets);
  const listener = options.listener ??
    listen({ ...hostname !== undefined && { hostname }, port });
  return new HttpMonitor(listener, server, answers, options);
}

class HttpMonitor implements Monitor {
  readonly addr: Deno.NetAddr;
  readonly finished: Promise<void>;
  readonly #server: Server<Deno.Addr>;
  readonly #answers: AssetAnswers;
  readonly #options: MonitorOptions;
  readonly #hosts: readonly string[];
  readonly #started = Date.now();
  readonly #sampler: Sampler;

  constructor(
    listener: Listener<Deno.NetAddr>,
    server: Server<Deno.Addr>,
    answers: AssetAnswers,
    options: MonitorOptions,
  ) {
    const { hostname, hosts = [], onError = () => {} } = options;
    this.addr = listener.addr;
    this.#server = server;
    this.#answers = answers;
    this.#options = options;
    this.#hosts = [...hosts, ...hostname === undefined ? [] : [hostname]]
      .map((name) => name.toLowerCase());
    this.#sampler = new Sampler({
      stats: () => server.stats(),
      now: () => performance.now(),
      memory: () => Deno.memoryUsage(),
      cpu: cpuSeconds,
    });
    server.measureDelays();
    const http = new HttpServer(listener, {
      answer: (request) => Promise.resolve(this.#answer(request)),
      onRefused: () => {},
      onError,
    });
    const end = new AbortController();
    const sampling = this.#sampler.run(end.signal);
    server.finished.then(() => {
      http.close();
      end.abort();
    });
    this.finished = Promise.all([http.finished, sampling]).then(() => {});
  }

  #answer(
    request: HttpRequest,
  ): Answer | Refusal<HttpRefusal | "query"> {
    const refusal = checkHost(request, this.#hosts);
    if (refusal) return refusal;
    const answer = this.#figures(request);
    return answer && checkMethod(request) ||
      (answer ?? assetAnswer(this.#answers, request));
  }

  #figures(
    { path, query }: HttpRequest,
  ): Answer | Refusal<"query"> | undefined {
    switch (path) {
      case "/metrics":
        return textAnswer(metricsText(this.#snapshot()), 200, METRICS_TYPE);
      case "/healthz":
        return textAnswer("ok\n");
      case "/readyz": {
        const { unready } = this.#snapshot();
        return textAnswer(`${unready ?? "ready"}\n`, unready ? 503 : 200);
      }
      case "/stats":
        return jsonAnswer(this.#snapshot());
      case "/clients":
        return this.#clients(new URLSearchParams(query));
      case "/ended":
        return jsonAnswer({
          clients: this.#server.ended.toReversed().map(facts),
        });
      case "/history":
        return jsonAnswer({ samples: this.#sampler.samples });
      default:
        return undefined;
    }
  }

  #snapshot(): Snapshot {
    return takeSnapshot({
      server: this.#server,
      started: this.#started,
      process: this.#sampler.usage,
      web: this.#options.web,
      room: this.#options.room,
    });
  }

  #clients(query: URLSearchParams): Answer | Refusal<"query"> {
    const sort = (query.get("sort") ?? "lag") as Sort;
    const limit = wholeNumber(query.get("limit") ?? `${DEFAULT_LIMIT}`);
    const offset = wholeNumber(query.get("offset") ?? "0");
    if (
      !SORTS.includes(sort) || limit === undefined || limit > MAX_LIMIT ||
      offset === undefined
    ) {
      return {
        reason: "query",
        status: 400,
        text: `sort is one of ${SORTS.join(", ")}; ` +
          `limit a number up to ${MAX_LIMIT}; offset a number`,
      };
    }
    const { clients } = this.#server;
    const table = clientTable(clients, { sort, limit, offset });
    return jsonAnswer({
      total: clients.size,
      offset,
      clients: table.map((client) => {
        const { lag, state } = client;
        return { ...facts(client), lag, state };
      }),
    });
  }
}

/** What connected clients and those that left have alike, and what only the latter have. */
function facts(client: ConnectedClient | EndedClient) {
  const { remoteAddr, protocol, since, dropped } = client;
  const { messagesIn, bytesIn, messagesOut, bytesOut } = client;
  const left = "reason" in client
    ? { until: client.until, reason: client.reason }
    : {};
  const address = "hostname" in remoteAddr
    ? formatAddress(remoteAddr)
    : remoteAddr.transport;
  return {
    ...{ client: client.client, address, protocol, since, ...left },
    ...{ messagesIn, bytesIn, messagesOut, bytesOut, dropped },
  };
}

/** Digits, few enough to be exact. */
function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** Processor time in seconds. Deno itself has no name for it, but Node's process has. */
function cpuSeconds(): number {
  const { process } = globalThis as unknown as {
    process: { cpuUsage(): { user: number; system: number } };
  };
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000_000;
}
