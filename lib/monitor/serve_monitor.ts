/**
 * The monitor of a server: a page that shows what it does, metrics for Prometheus, and
 * all metrics as JSON. It only reads.
 *
 * | Path       | What it has                                                          |
 * | ---------- | -------------------------------------------------------------------- |
 * | `/`        | the page                                                             |
 * | `/metrics` | Prometheus' text format                                              |
 * | `/healthz` | 200 while it serves                                                  |
 * | `/readyz`  | 200; 503 while the server drains or its engine is away, and the reason |
 * | `/stats`   | all metrics at this moment: {@linkcode Snapshot}                     |
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
  checkMethod,
  prepareAssets,
} from "../http/assets.ts";
import { checkHost } from "../http/host.ts";
import { type HttpRequest, HttpServer } from "../http/http_server.ts";
import type { InboxCounts, OutboxCounts, RoomStats } from "../nats/room.ts";
import { listen } from "../server/listener.ts";
import type { Listener, Server } from "../server/serve.ts";
import { monitorAssets } from "./assets.ts";
import { clientsAnswer, endedAnswer } from "./clients_answer.ts";
import { METRICS_TYPE, metricsText } from "./metrics.ts";
import type { MonitorOptions } from "./options.ts";
import {
  cpuSeconds,
  type ProcessUsage,
  type Sample,
  Sampler,
} from "./sampler.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";

export type * from "../server/serve.ts";
export type * from "../web/serve_web.ts";
export type { InboxCounts, OutboxCounts, ProcessUsage, RoomStats };
export type { MonitorOptions, Sample, Snapshot };

/** The port to listen on by default. */
const DEFAULT_PORT = 9000;

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
    const answer = this.#metrics(request);
    return answer && checkMethod(request) ||
      (answer ?? assetAnswer(this.#answers, request));
  }

  #metrics(
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
        return clientsAnswer(this.#server, new URLSearchParams(query));
      case "/ended":
        return endedAnswer(this.#server);
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
}
