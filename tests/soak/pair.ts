/**
 * The quiet pair: two clients that stay from the beginning to the end, one of which
 * says little and the other hears it. What they see of the rest is what a well
 * behaved client sees of a busy server: how late its messages are, and whether one
 * is lost.
 */
import type { Address } from "../../lib/wire/address.ts";
import { encode } from "../../lib/wire/frame.ts";
import { isDisconnect } from "../../lib/wire/io_error.ts";
import {
  Bodies,
  type BodySizes,
  MIN_BODY,
} from "../../lib/stresstest/checks/bodies.ts";
import { frames } from "../../lib/wire/framer.ts";
import type { Latency } from "../../lib/stresstest/checks/latency_histogram.ts";
import { LatencyHistogram } from "../../lib/stresstest/checks/latency_histogram.ts";
import { writeAll } from "../../lib/wire/write_all.ts";

/** How often it says something, in milliseconds. */
const PERIOD = 20;

/** So many messages may be on their way. */
const UNDER_WAY = 65_536;

/** Two clients. */
export class QuietPair implements Disposable {
  /** What was found wrong. */
  readonly failures: string[] = [];
  readonly #speaker: Deno.TcpConn;
  readonly #listener: Deno.TcpConn;
  readonly #bodies: Bodies;
  readonly #sentAt = new Float64Array(UNDER_WAY);
  #latency = new LatencyHistogram();
  #sent = 0;
  /** The message that should come next; any, at first. */
  #next: number | undefined;
  #lost = 0;
  #over = false;
  readonly #doing: Promise<void>[];

  private constructor(
    speaker: Deno.TcpConn,
    listener: Deno.TcpConn,
    bodies: Bodies,
  ) {
    this.#speaker = speaker;
    this.#listener = listener;
    this.#bodies = bodies;
    this.#doing = [
      this.#until(() => read(speaker, () => {})),
      this.#until(() => read(listener, (bytes) => this.#hear(bytes))),
      this.#until(() => this.#speak()),
    ];
  }

  /**
   * Connects them.
   *
   * @param sizes Of bodies; they are those of a load's run 0, so that the clients
   * of later runs know them for what they are.
   */
  static async connect(address: Address, sizes: BodySizes): Promise<QuietPair> {
    const speaker = await Deno.connect(address);
    speaker.setNoDelay(true);
    const listener = await Deno.connect(address);
    return new QuietPair(speaker, listener, new Bodies(0, sizes));
  }

  /** How late messages were since it was last asked. */
  latency(): Latency | null {
    const summary = this.#latency.summary();
    this.#latency = new LatencyHistogram();
    return summary;
  }

  /** Ends it, and says what was lost. */
  async end(): Promise<void> {
    this[Symbol.dispose]();
    await Promise.all(this.#doing);
    if (this.#lost === 0) return;
    this.failures.push(
      `the quiet pair lost ${this.#lost} of ${this.#sent} messages`,
    );
  }

  [Symbol.dispose](): void {
    this.#over = true;
    this.#speaker[Symbol.dispose]();
    this.#listener[Symbol.dispose]();
  }

  async #until(doing: () => Promise<void>): Promise<void> {
    try {
      await doing();
    } catch (error) {
      if (!isDisconnect(error)) throw error;
    }
    if (this.#over) return;
    this.#over = true;
    this.failures.push("the server ended a connection of the quiet pair");
  }

  async #speak(): Promise<void> {
    while (!this.#over) {
      const message = this.#sent++;
      const body = new Uint8Array(this.#bodies.size(message));
      this.#bodies.write(new DataView(body.buffer), 0, message);
      this.#sentAt[message % UNDER_WAY] = performance.now();
      await writeAll(this.#speaker, encode(body));
      await new Promise((resolve) => setTimeout(resolve, PERIOD));
    }
  }

  #hear(bytes: Uint8Array<ArrayBuffer>): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    for (let at = 0; at < bytes.length; at += 1 + bytes[at]!) {
      const length = bytes[at]!;
      if (length < MIN_BODY) continue;
      const message = view.getUint32(at + 1, true);
      if (
        message < this.#sent &&
        this.#bodies.matches(view, at + 1, length, message)
      ) this.#take(message);
    }
  }

  #take(message: number): void {
    const { [message % UNDER_WAY]: sentAt } = this.#sentAt;
    this.#latency.record((performance.now() - sentAt!) * 1000);
    const next = this.#next ?? message;
    if (message < next) {
      this.failures.push(
        `the quiet pair heard message ${message} again or late, not ${next}`,
      );
    } else {
      this.#lost += message - next;
      this.#next = message + 1;
    }
  }
}

/** Hands each run of frames to `take`, to the end of the connection. */
async function read(
  source: Deno.TcpConn,
  take: (bytes: Uint8Array<ArrayBuffer>) => void,
): Promise<void> {
  for await (const { bytes } of frames(source)) take(bytes);
}
