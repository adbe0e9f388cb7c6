/**
 * The web side beside TCP, on one server, in one run: floods, latency, memory; and what
 * the monitor costs. `deno task bench:web [ROUNDS]` prints it.
 */
import { jsonAnswer } from "../../lib/http/answer.ts";
import { clientTable } from "../../lib/monitor/client_table.ts";
import { metricsText } from "../../lib/monitor/metrics.ts";
import { takeSnapshot } from "../../lib/monitor/snapshot.ts";
import { serve, type Transport } from "../../lib/server/serve.ts";
import {
  bytes,
  microseconds,
  percent,
  rate,
  times,
} from "../../lib/stresstest/report/format.ts";
import { spread } from "../../lib/stresstest/report/spread.ts";
import type { Target } from "../../lib/stresstest/target/target.ts";
import { type Address, formatAddress } from "../../lib/wire/address.ts";
import { freeAddress } from "../support/command.ts";
import { script } from "../support/script.ts";
import { flood, FRAMED } from "./flood.ts";
import { OURS, type Stage } from "./stage.ts";
import { table, tool } from "./tool.ts";
import { byWebSocket, idle, latency, stuck } from "./web_loads.ts";

/** Floods of each kind in a round, by turns: they differ most from time to time. */
const FLOODS = 3;

/** Our server with a web side at `web`. */
function withWeb(web: Address): Target {
  const option = ["--web", formatAddress(web)];
  const text = `${OURS.text} ${option.join(" ")}`;
  return { ...OURS, text, command: [...OURS.command!, ...option] };
}

/** A server that sends each message to each WebSocket. */
function withWs(web: Address): Target {
  const command = [...script("tests/bench/servers/ws.ts", "-A")];
  command.push(formatAddress(web));
  return { ...OURS, name: "ws", text: "ws", command };
}

/** Our server, which says what it uses. */
function measured(figure: Address, web: Address): Target {
  const [deno = "", run = "", ...words] = script(
    "tests/bench/servers/measured.ts",
    "-A",
  );
  const addresses = [figure, web].map(formatAddress);
  const command = [deno, run, "--v8-flags=--expose-gc", ...words, ...addresses];
  return { ...OURS, name: "measured", text: "measured", command };
}

/** Milliseconds of the event loop for metrics, and for the first 50 of 10,000 clients. */
async function monitorCost(): Promise<[metrics: number, clients: number]> {
  const ROUNDS = 50;
  const server = serve({ port: 0 });
  for (let port = 0; port < 10_000; port++) server.add(new Idle(port));
  const process = {
    ...{ residentBytes: 1, heapBytes: 1, cpuSeconds: 1, loopDelaySeconds: 0 },
  };
  const sources = {
    server,
    started: 0,
    process,
    web: undefined,
    room: undefined,
  };
  const metrics = () => metricsText(takeSnapshot(sources));
  const clients = () => {
    const query = { sort: "lag", offset: 0, limit: 50 } as const;
    const found = clientTable(server.clients, query);
    return jsonAnswer(found.map(({ client, lag }) => ({ client, lag })));
  };
  const costs = [metrics, clients].map((work) => {
    work();
    const begun = performance.now();
    for (let n = 0; n < ROUNDS; n++) work();
    return (performance.now() - begun) / ROUNDS;
  });
  server.shutdown();
  await server.shutdown();
  return costs as [number, number];
}

/** A client that does nothing. */
class Idle implements Transport {
  readonly remoteAddr: Deno.NetAddr;
  readonly #closed = Promise.withResolvers<null>();
  constructor(port: number) {
    this.remoteAddr = { transport: "tcp", hostname: "127.0.0.1", port };
  }
  read(): Promise<null> {
    return this.#closed.promise;
  }
  write(bytes: Uint8Array): Promise<number> {
    return Promise.resolve(bytes.length);
  }
  closeWrite(): Promise<void> {
    return Promise.resolve();
  }
  close(): void {
    this.#closed.resolve(null);
  }
}

async function web(rounds: number, stage: Stage): Promise<string> {
  const found: Record<string, number[]> = {};
  const note = (name: string, value: number) =>
    (found[name] ??= []).push(value);
  for (let round = 1; round <= rounds; round++) {
    stage.say(`round ${round}`);
    const at = freeAddress();
    const receive = byWebSocket(at);
    await stage.play(withWeb(at), async (server) => {
      const { address } = server;
      const tcp = () => Deno.connect(address);
      for (let n = 0; n < FLOODS; n++) {
        const framed = await flood(server, FRAMED);
        const websocket = await flood(server, { ...FRAMED, receive });
        note("flood tcp", framed.deliveriesPerSecond);
        note("flood web", websocket.deliveriesPerSecond);
      }
      note("p99 tcp", await latency(address, tcp));
      note("p99 web", await latency(address, receive));
    });
    // Each on a server that has not had memory and given it back.
    for (const kind of ["tcp", "web"]) {
      const figure = freeAddress();
      await stage.play(measured(figure, at), async ({ address, pid }) => {
        const used = async () => {
          const answer = await fetch(`http://${formatAddress(figure)}`);
          return Number(await answer.text());
        };
        const tcp = () => Deno.connect(address);
        const costs = await idle(pid!, used, kind === "tcp" ? tcp : receive);
        note(`used ${kind}`, costs.used);
        note(`resident ${kind}`, costs.resident);
      });
    }
    await stage.play(withWeb(at), async (server) => {
      const { grown, lost } = await stuck(server.pid!, server.address, receive);
      note("stuck", grown);
      note("lost", lost);
    });
    await stage.play(withWs(at), async (server) => {
      const { deliveriesPerSecond } = await flood(server, {
        ...FRAMED,
        receive,
      });
      note("flood ws", deliveriesPerSecond);
    });
    const [metrics, clients] = await monitorCost();
    note("metrics", metrics);
    note("clients", clients);
  }
  const median = (name: string) => spread(found[name]!)!.median;
  const ratio = (a: string, b: string) => times(median(a) / median(b));
  const time = (name: string) => microseconds(1000 * median(name));
  return table([
    ["", "WebSocket", "TCP", "ratio"],
    [
      "flat out to 50 clients, deliveries/s",
      rate(median("flood web")),
      rate(median("flood tcp")),
      ratio("flood web", "flood tcp"),
    ],
    [
      "the same of a server with `ws`",
      rate(median("flood ws")),
      "",
      ratio("flood web", "flood ws"),
    ],
    [
      "2,000/s to 50 clients, p99",
      time("p99 web"),
      time("p99 tcp"),
      ratio("p99 web", "p99 tcp"),
    ],
    [
      "an idle client, in use",
      bytes(median("used web")),
      bytes(median("used tcp")),
      ratio("used web", "used tcp"),
    ],
    [
      "an idle client, resident",
      bytes(median("resident web")),
      bytes(median("resident tcp")),
      ratio("resident web", "resident tcp"),
    ],
    ["1,000 stuck clients, 400 MiB: memory", bytes(median("stuck")), "", ""],
    ["a healthy client beside them lost", percent(median("lost")), "", ""],
    ["/metrics with 10,000 clients", time("metrics"), "", ""],
    ["50 of 10,000 clients", time("clients"), "", ""],
  ]);
}

if (import.meta.main) await tool(Deno.args, web);
