/**
 * Reads a stream of NATS JetStream through a pull consumer of its own, with one
 * subscription and one timer: the packages' way costs more than a small batch. What
 * goes wrong ends the reading; the room repairs.
 *
 * @module
 */
import type { Entry } from "./engine.ts";
import type { NatsConnection, NatsManager, NatsPackages } from "./packages.ts";
import { Reader } from "./reader.ts";

/** How long a request for entries lasts, and the pause between two signs of life, in milliseconds. */
const [EXPIRES, HEARTBEAT] = [30_000, 500] as const;

/** The engine removes a consumer that is not used for so many nanoseconds: 30 s. */
const INACTIVE = 30e9;

const NANOSECONDS = 1e6;

/** What is read, and by what. */
export interface ReaderOptions {
  readonly connection: NatsConnection;
  readonly manager: NatsManager;
  readonly core: NatsPackages["core"];
  /** The stream's name. */
  readonly stream: string;
}

/**
 * Reads the entries from sequence number `from` on, as `Engine.read()` does.
 */
export async function readStream(
  { connection, manager, core, stream }: ReaderOptions,
  from: number,
  onEntry: (entry: Entry) => void | Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const name = crypto.randomUUID();
  await manager.consumers.add(stream, {
    name,
    deliver_policy: "by_start_sequence",
    opt_start_seq: from,
    ack_policy: "none",
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: INACTIVE,
  });
  if (signal.aborted) return;
  const inbox = core.createInbox();
  const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`;
  const reader = new Reader(onEntry, (count) => {
    const request = {
      batch: count,
      expires: EXPIRES * NANOSECONDS,
      idle_heartbeat: HEARTBEAT * NANOSECONDS,
    };
    const payload = new TextEncoder().encode(JSON.stringify(request));
    connection.publish(subject, payload, { reply: inbox });
  });
  const subscription = connection.subscribe(inbox, {
    callback: (error, message) => reader.take(error, message),
  });
  const silence = setInterval(() => reader.checkSilence(), HEARTBEAT);
  const end = () => reader.end();
  signal.addEventListener("abort", end);
  try {
    reader.start();
    await reader.finished;
  } finally {
    signal.removeEventListener("abort", end);
    clearInterval(silence);
    subscription.unsubscribe(); // the engine removes the consumer in time
  }
}
