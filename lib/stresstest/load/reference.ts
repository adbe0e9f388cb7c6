/**
 * Reference mode: the traffic of the specification's stress tester. Subscribers
 * announce their ids, then publishers send one message at a time and wait for their
 * own subscribers. The rounds open one session for each server they start. The help
 * says what differs from the original.
 *
 * @module
 */
import { isDisconnect } from "@zillions/server/client";
import { encode } from "@zillions/server/frame";
import { ID_BYTES } from "../checks/reference_bodies.ts";
import type { Socket } from "../target/connect.ts";
import type { ServerUnderTest } from "../target/server.ts";
import { UsageMonitor } from "../target/usage_monitor.ts";
import { Repetition } from "./repetition.ts";
import type { RunResult } from "./result.ts";
import type { ReferenceSettings } from "./settings.ts";
import { type RunOptions, TestRun } from "./test_run.ts";

/** The tick of the specification, in milliseconds. */
export const TICK = 1000;

/** Bytes of the buffer of what the clock receives. */
const DISCARDED = 16 * 1024;

/** The clock's message: id 0, which no client has. */
const CLOCK = encode(new Uint8Array(ID_BYTES));

/**
 * The clock connection and the ids of one server's repetitions. The clock and the
 * publishers discard what they receive. In the reference they never read; but Linux
 * may stop sending for a client whose receive buffer is full, which would look like a
 * server that has stalled.
 */
export class Reference implements Disposable {
  readonly #server: ServerUnderTest;
  readonly #settings: ReferenceSettings;
  /** Opened by the first repetition. */
  #clock: Socket | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;
  #writing = false;
  #nextId = 1;
  #onTick = () => {};

  constructor(server: ServerUnderTest, settings: ReferenceSettings) {
    this.#server = server;
    this.#settings = settings;
  }

  /** Plays one repetition. */
  async repetition(options: RunOptions): Promise<RunResult> {
    const { timeout, publishers, subscribers, messages } = this.#settings;
    using usage = UsageMonitor.start(this.#server.pids);
    using testRun = new TestRun(this.#server, { ...options, timeout });
    const played = new Repetition(testRun, this.#settings, this.#nextId);
    this.#nextId += publishers * (subscribers + 1);
    this.#onTick = () => played.tick();
    testRun.onCheck = () =>
      options.onProgress?.(
        played.sent,
        publishers * messages,
        played.received,
      );
    if (!this.#clock) await this.#startClock(testRun);
    await played.subscribe();
    usage?.restartCpu();
    await played.publish();
    const used = usage?.summary(played.received) ?? null;
    this.#onTick = () => {};
    await testRun.finish();
    return played.result(used);
  }

  /** Closes the clock connection. */
  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#clock?.[Symbol.dispose]();
  }

  async #startClock({ connections }: TestRun): Promise<void> {
    const [clock] = await connections.open(1);
    if (!clock) return; // the run has ended
    connections.keep(clock);
    this.#clock = clock;
    this.#timer = setInterval(() => this.#tick(clock), this.#settings.tick);
    discard(clock);
  }

  async #tick(clock: Socket): Promise<void> {
    this.#onTick();
    if (this.#writing) return;
    this.#writing = true;
    await untilDisconnect(() => clock.write(CLOCK));
    this.#writing = false;
  }
}

async function discard(socket: Socket): Promise<void> {
  const buffer = new Uint8Array(DISCARDED);
  await untilDisconnect(async () => {
    while (await socket.read(buffer) !== null);
  });
}

/** Every run notices a server that has ended; the clock need not report it. */
async function untilDisconnect(use: () => Promise<unknown>): Promise<void> {
  try {
    await use();
  } catch (error) {
    if (!isDisconnect(error)) throw error;
  }
}
