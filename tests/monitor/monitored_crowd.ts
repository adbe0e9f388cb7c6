/** A crowd that talks for ten minutes on a server with a monitor, for its pictures. */
import { concat } from "@std/bytes/concat";
import type { Browser } from "puppeteer-core";
import { connectWebSocket } from "../../lib/client/web_socket.ts";
import { type Address, formatAddress } from "../../lib/wire/address.ts";
import { encode } from "../../lib/wire/frame.ts";
import { isDisconnect } from "../../lib/wire/io_error.ts";
import { type ByteSink, writeAll } from "../../lib/wire/write_all.ts";
import { Command, freeAddress, ours } from "../support/command.ts";

/** How long they talk, in seconds: what the lines show. */
const DURATION = 600;

/** How often somebody speaks, in milliseconds. */
const TICK = 100;

/** How many there are at first. */
const CROWD = 58;

/** From when to when a client takes nothing, in seconds. */
const STUCK = [200, 420] as const;

const MESSAGE = encode("carol: It went out at nine. ".repeat(4));

/** A client. */
interface Member extends ByteSink {
  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null>;
  close(): void;
}

/** A server, its monitor, and clients that come, talk, and leave. */
export class MonitoredCrowd implements AsyncDisposable {
  readonly #server: Command;
  readonly #web: Address;
  readonly #monitor: Address;
  readonly #members: Member[] = [];
  #talking: Promise<void> | undefined;
  #ended = false;

  private constructor(server: Command, web: Address, monitor: Address) {
    this.#server = server;
    this.#web = web;
    this.#monitor = monitor;
  }

  static async start(): Promise<MonitoredCrowd> {
    const [web, monitor] = [freeAddress(), freeAddress()];
    const server = await Command.start(freeAddress(), [
      ...ours("--allow-net"),
      ...["--web", formatAddress(web), "--monitor", formatAddress(monitor)],
      ...["--capacity", "1M"],
    ]);
    const crowd = new MonitoredCrowd(server, web, monitor);
    while (crowd.#members.length < CROWD) await crowd.#join();
    return crowd;
  }

  /** Waits until they have talked for ten minutes; they go on. */
  async tenMinutes(): Promise<void> {
    this.#talking = this.#talk();
    await sleep(DURATION * 1000);
  }

  /** Some speak more than others, and some times are busier. */
  async #talk(): Promise<void> {
    let stuck: Member | undefined;
    const start = performance.now();
    for (let tick = 1; !this.#ended; tick++) {
      const seconds = tick * TICK / 1000;
      const rate = 400 + 250 * Math.sin(seconds / 70) +
        (seconds % 97 < 6 ? 900 : 0);
      const count = Math.round(rate * TICK / 1000 * (0.7 + 0.6 * random()));
      const speaker = Math.floor(random() ** 3 * this.#members.length);
      const messages = Array.from({ length: count }, () => MESSAGE);
      await writeAll(this.#members[speaker]!, concat(messages));
      if (seconds % 5 === 0 && random() < 0.6) await this.#join();
      if (seconds % 5 === 0 && random() < 0.6) {
        this.#members.splice(3 + Math.floor(random() * 40), 1)[0]!.close();
      }
      if (seconds === STUCK[0]) {
        stuck = await Deno.connect(this.#server.address);
      } else if (seconds === STUCK[1]) stuck!.close();
      const due = start + seconds * 1000 - performance.now();
      if (due > 0) await sleep(due);
    }
  }

  /** What the page looks like now. */
  async picture(browser: Browser, dark: boolean): Promise<Uint8Array> {
    const page = await browser.newPage();
    await page.setViewport({ width: 1200, height: 900 });
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
    ]);
    await page.goto(`http://${formatAddress(this.#monitor)}/`);
    await page.waitForSelector("#metrics .line[d^=M]");
    await page.waitForSelector("#clients tr");
    const picture = await page.screenshot();
    await page.close();
    return picture;
  }

  /** One more, by TCP or, each fourth, by WebSocket. */
  async #join(): Promise<void> {
    const member: Member = this.#members.length % 4 === 3
      ? await connectWebSocket(`ws://${formatAddress(this.#web)}/ws`)
      : await Deno.connect(this.#server.address);
    this.#members.push(member);
    readAll(member);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    await this.#talking;
    for (const member of this.#members) member.close();
    await this.#server[Symbol.asyncDispose]();
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

async function readAll(member: Member): Promise<void> {
  const buffer = new Uint8Array(64 * 1024);
  try {
    while (await member.read(buffer) !== null);
  } catch (error) {
    if (!isDisconnect(error)) throw error; // it left
  }
}

let seed = 1;

/** From 0 to 1, the same in each run. */
function random(): number {
  seed = seed * 48_271 % 2_147_483_647;
  return seed / 2_147_483_647;
}
