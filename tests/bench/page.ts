/**
 * The chat page in Chromium under a flood: how long its frames take, what it uses, and
 * what it shows. `deno task smooth [ROUNDS]` prints it; a round takes four minutes.
 */
import { encode } from "../../lib/wire/frame.ts";
import { writeAll } from "../../lib/wire/write_all.ts";
import { type Address, formatAddress } from "../../lib/wire/address.ts";
import { freeAddress } from "../support/command.ts";
import { script } from "../support/script.ts";
import { ChatPage, chromium, launch } from "../web/chat_page.ts";
import { OURS, type Stage } from "./stage.ts";
import { table, tool } from "./tool.ts";

/** Messages a second. */
const RATES = [100, 10_000, 1_000_000] as const;

/** Seconds that are measured, and before them, until the flood is at its height. */
const [SECONDS, RISE] = [60, 2] as const;

/** A frame within this many milliseconds is as smooth as 60 a second, a little late. */
const SMOOTH = 20;

/** The most messages of one write. */
const BATCH = 2000;

const MESSAGE = encode(`alice: ${"a message of a flood ".repeat(3)}`);

/** Sends at a rate until it is disposed of; reads what comes back. */
class Flood implements AsyncDisposable {
  readonly #socket: Deno.TcpConn;
  readonly #done: Promise<unknown>;
  readonly #start = performance.now();
  #sent = 0;
  #stopped = false;

  constructor(socket: Deno.TcpConn, rate: number) {
    this.#socket = socket;
    this.#done = Promise.all([this.#write(rate), this.#read()]);
  }

  /** Messages a second so far. */
  get rate(): number {
    return this.#sent / (performance.now() - this.#start) * 1000;
  }

  async #write(rate: number): Promise<void> {
    const batch = new Uint8Array(BATCH * MESSAGE.length);
    for (let n = 0; n < BATCH; n++) batch.set(MESSAGE, n * MESSAGE.length);
    while (!this.#stopped) {
      const now = (performance.now() - this.#start) / 1000;
      const due = Math.min(Math.floor(now * rate) - this.#sent, BATCH);
      if (due <= 0) {
        await new Promise((resolve) => setTimeout(resolve, 1));
        continue;
      }
      await writeAll(this.#socket, batch.subarray(0, due * MESSAGE.length));
      this.#sent += due;
    }
    await this.#socket.closeWrite();
  }

  async #read(): Promise<void> {
    const scratch = new Uint8Array(256 * 1024);
    while (await this.#socket.read(scratch) !== null);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#done;
    this.#socket.close();
  }
}

/** Milliseconds from frame to frame, sorted. */
async function measureFrames({ page }: ChatPage): Promise<number[]> {
  const gaps = await page.evaluate(
    (duration) =>
      new Promise<number[]>((resolve) => {
        const gaps: number[] = [];
        const start = performance.now();
        let last = start;
        requestAnimationFrame(function frame() {
          const now = performance.now();
          gaps.push(now - last);
          last = now;
          if (now - start > duration) resolve(gaps);
          else requestAnimationFrame(frame);
        });
      }),
    SECONDS * 1000,
  );
  return gaps.sort((a, b) => a - b);
}

/** What the page's thread has used: seconds of work, megabytes of heap. */
async function usage({ page }: ChatPage): Promise<[number, number]> {
  const session = await page.createCDPSession();
  await session.send("HeapProfiler.collectGarbage");
  await session.detach();
  const { TaskDuration = 0, JSHeapUsedSize = 0 } = await page.metrics();
  return [TaskDuration, JSHeapUsedSize / 1e6];
}

/** One row: the page at a rate. */
async function measure(
  server: Address,
  addr: Deno.NetAddr,
  rate: number,
): Promise<string[]> {
  await using browser = await launch();
  await using page = await ChatPage.open(browser, { addr });
  await using flood = new Flood(await Deno.connect(server), rate);
  await new Promise((resolve) => setTimeout(resolve, RISE * 1000));
  const [workBefore, heapBefore] = await usage(page);
  const gaps = await measureFrames(page);
  const [workAfter, heapAfter] = await usage(page);
  const smooth = gaps.filter((gap) => gap <= SMOOTH).length / gaps.length;
  const { received, shown, "not shown": notShown } = await page.counts();
  if (shown! + notShown! !== received) throw new Error("the counts are wrong");
  return [
    `${Math.round(flood.rate).toLocaleString("en")}/s`,
    `${(100 * smooth).toFixed(1)} %`,
    `${gaps.at(-1)!.toFixed(0)} ms`,
    `${(100 * (workAfter - workBefore) / SECONDS).toFixed(0)} %`,
    `${heapBefore.toFixed(1)} MB`,
    `${heapAfter.toFixed(1)} MB`,
  ];
}

async function pages(rounds: number, stage: Stage): Promise<string> {
  if (!chromium) throw new Error("there is no Chromium on PATH");
  const rows = [[
    "messages",
    `frames within ${SMOOTH} ms`,
    "longest frame",
    "work",
    "heap before",
    "heap after",
  ]];
  for (let round = 1; round <= rounds; round++) {
    for (const rate of RATES) {
      stage.say(`round ${round}, ${rate}/s`);
      const web = freeAddress();
      const command = script(
        "main.ts",
        "--allow-net",
      ).concat("--web", formatAddress(web));
      rows.push(
        await stage.play(
          { ...OURS, command },
          ({ address }) => measure(address, { ...web, transport: "tcp" }, rate),
        ),
      );
    }
  }
  return table(rows);
}

if (import.meta.main) await tool(Deno.args, pages);
