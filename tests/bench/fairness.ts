/**
 * Fairness: how long the messages of a quiet pair take, alone and while another
 * client floods. `deno task fairness [ROUNDS]` prints both.
 */
import type { Address } from "../../lib/wire/address.ts";
import { bodies, encode } from "../../lib/wire/frame.ts";
import { frames } from "../../lib/wire/framer.ts";
import { microseconds } from "../../lib/stresstest/report/format.ts";
import { spread } from "../../lib/stresstest/report/spread.ts";
import { figure } from "./figure.ts";
import { OURS, type Stage } from "./stage.ts";
import { table, tool } from "./tool.ts";

/** Bytes of a quiet message: when it was sent. */
const BODY = 8;

/** Milliseconds between two quiet messages, and how many there are. */
const [PAUSE, MESSAGES] = [5, 400] as const;

/** Milliseconds until the flood is at its height. */
const RISE = 500;

interface Latency {
  p50: number;
  p99: number;
}

/** Sends messages and measures how long each takes to the other client. */
async function measure(address: Address): Promise<Latency> {
  using from = await Deno.connect(address);
  using to = await Deno.connect(address);
  const latencies: number[] = [];
  const reading = (async () => {
    for await (const run of frames(to)) {
      for (const body of bodies(run.bytes)) {
        if (body.length !== BODY) continue;
        const sent = new DataView(body.buffer, body.byteOffset).getFloat64(0);
        latencies.push(performance.now() - sent);
      }
      if (latencies.length >= MESSAGES) return;
    }
  })();
  const scratch = new Uint8Array(256 * 1024);
  const ignoring = (async () => {
    while (latencies.length < MESSAGES && await from.read(scratch) !== null);
  })();
  for (let n = 0; n < MESSAGES; n++) {
    const body = new DataView(new ArrayBuffer(BODY));
    body.setFloat64(0, performance.now());
    await from.write(encode(new Uint8Array(body.buffer)));
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
  await reading;
  await from.write(encode("")); // which ends the reading of the other
  await ignoring;
  latencies.sort((a, b) => a - b);
  const at = (share: number) => latencies[Math.floor(MESSAGES * share)]!;
  return { p50: at(0.5), p99: at(0.99) };
}

async function fairness(rounds: number, stage: Stage): Promise<string> {
  const alone: Latency[] = [];
  const flooded: Latency[] = [];
  for (let round = 1; round <= rounds; round++) {
    stage.say(`round ${round} of ${rounds}`);
    await stage.play(OURS, async ({ address }) => {
      alone.push(await measure(address));
      const url = import.meta.resolve("./flooder.ts");
      const flooder = new Worker(url, { type: "module" });
      flooder.postMessage(address);
      await new Promise((resolve) => setTimeout(resolve, RISE));
      flooded.push(await measure(address));
      flooder.terminate();
    });
  }
  const time = (milliseconds: number[]) =>
    figure(spread(milliseconds.map((value) => 1000 * value))!, microseconds);
  const row = (name: string, of: Latency[]) => [
    name,
    time(of.map(({ p50 }) => p50)),
    time(of.map(({ p99 }) => p99)),
  ];
  return table([
    ["", "p50", "p99"],
    row("alone", alone),
    row("beside a flood", flooded),
  ]);
}

if (import.meta.main) await tool(Deno.args, fairness);
