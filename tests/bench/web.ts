/**
 * The web side beside TCP, on one server, in one run: floods, latency, memory; and what
 * the monitor costs. `deno task bench:web [ROUNDS]` prints it.
 */
import { jsonAnswer } from "../../lib/http/answer.ts";
import { clientTable } from "../../lib/monitor/client_table.ts";
import { metricsText } from "../../lib/monitor/metrics.ts";
import { takeSnapshot } from "../../lib/monitor/snapshot.ts";
import { serve } from "../../lib/server/serve.ts";
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
import { IdleTransport } from "../support/idle.ts";
import { script } from "../support/script.ts";
import { flood, FRAMED } from "./flood.ts";
import { figure } from "./figure.ts";
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
  for (let port = 0; port < 10_000; port++) server.add(new IdleTransport(port));
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
  const shown = (name: string, format: (value: number) => string) =>
    figure(spread(found[name]!)!, format);
  const time = (name: string) =>
    shown(name, (value) => microseconds(1000 * value));
  return table([
    ["", "WebSocket", "TCP", "ratio"],
    [
      "flat out to 50 clients, deliveries/s",
      shown("flood web", rate),
      shown("flood tcp", rate),
      ratio("flood web", "flood tcp"),
    ],
    [
      "the same of a server with `ws`",
      shown("flood ws", rate),
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
      shown("used web", bytes),
      shown("used tcp", bytes),
      ratio("used web", "used tcp"),
    ],
    [
      "an idle client, resident",
      shown("resident web", bytes),
      shown("resident tcp", bytes),
      ratio("resident web", "resident tcp"),
    ],
    ["1,000 stuck clients, 400 MiB: memory", shown("stuck", bytes), "", ""],
    ["a healthy client beside them lost", shown("lost", percent), "", ""],
    ["/metrics with 10,000 clients", time("metrics"), "", ""],
    ["50 of 10,000 clients", time("clients"), "", ""],
  ]);
}

if (import.meta.main) await tool(Deno.args, web);
