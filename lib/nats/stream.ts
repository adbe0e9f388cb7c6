/**
 * The stream of a room: how it is made, and what an existing one must be.
 *
 * @module
 */
import { BATCH_HEADER, MAX_BATCH } from "./batch.ts";
import { EngineRefusedError, type StreamState } from "./engine.ts";
import type { StreamOptions } from "./options.ts";
import type {
  NatsConnection,
  NatsManager,
  NatsPackages,
  NatsStreamConfig,
  NatsStreamInfo,
} from "./packages.ts";

/** The room that an entry's id takes beside the batch, at most. */
const ID_HEADERS = 64;

/** The largest entry. */
const ENTRY = ID_HEADERS + BATCH_HEADER + MAX_BATCH;

/** The largest entry that a stream takes when it is made. */
const MAX_ENTRY = 2 * MAX_BATCH;

/** The longest that the engine recognizes an id, in milliseconds. */
const DUPLICATE_WINDOW = 120_000;

/** The least that it must, for repeating a batch after a cut. */
const MIN_DUPLICATE_WINDOW = 1000;

const NANOSECONDS = 1e6;

/** The engine's numbers of errors, from its `errors.json`. */
const STREAM_NOT_FOUND = 10059;

/** Those that say what somebody has to change. Others mean: not now. */
const REFUSALS: ReadonlySet<number | undefined> = new Set([
  10002, // resource limits exceeded for account
  10027, // maximum number of streams reached
  10028, // insufficient memory resources available
  10039, // JetStream not enabled for account
  10047, // insufficient storage resources available
  10052, // stream invalid
  10065, // subjects overlap with an existing stream
  10074, // replicas > 1 not supported in non-clustered mode
  10113, // account requires a stream config to have max bytes set
  10122, // stream max bytes exceeds account limit
]);

/** The stream's name and subject, by the room's name. */
export function streamNames(room: string): { name: string; subject: string } {
  return { name: `ZILLIONS_${room}`, subject: `zillions.${room}` };
}

/**
 * The state of the room's stream, which is made if there is none.
 *
 * @throws {EngineRefusedError} If the engine has no JetStream, or the stream cannot be used.
 */
export async function openStream(
  manager: NatsManager,
  connection: NatsConnection,
  { core }: Pick<NatsPackages, "core">,
  room: string,
  options: StreamOptions,
): Promise<StreamState> {
  const { name, subject } = streamNames(room);
  const { max_payload = Infinity } = connection.info ?? {};
  if (max_payload < ENTRY) {
    throw new EngineRefusedError(
      `Cannot use the engine: its max_payload is ${max_payload} bytes, less than ${ENTRY}`,
    );
  }
  let info: NatsStreamInfo;
  try {
    try {
      info = await manager.streams.info(name, { deleted_details: true });
    } catch (error) {
      if (errorNumber(error) !== STREAM_NOT_FOUND) throw error;
      info = await manager.streams.add(configOf(name, subject, options));
    }
  } catch (error) {
    if (REFUSALS.has(errorNumber(error))) {
      throw new EngineRefusedError(
        `Cannot make the stream ${name}: ${(error as Error).message}`,
        { cause: error },
      );
    }
    const isSilent = error instanceof core.errors.NoRespondersError ||
      (error as Error).name === "JetStreamNotEnabled";
    if (isSilent && !connection.info?.jetstream) {
      throw new EngineRefusedError(
        "Cannot use the engine: it runs without JetStream; start it with nats-server -js",
        { cause: error },
      );
    }
    throw error;
  }
  check(info.config, name, subject);
  return {
    created: Date.parse(info.created),
    first: info.state.first_seq,
    last: info.state.last_seq,
    newest: newestOf(info.state),
    duplicateWindow: info.config.duplicate_window! / NANOSECONDS,
  };
}

/** The newest entry that is kept. Where entries may be deleted it is not always the last. */
function newestOf(
  { messages, last_seq, deleted = [] }: NatsStreamInfo["state"],
): number {
  if (messages === 0) return 0;
  const gone = new Set(deleted);
  let newest = last_seq;
  while (gone.has(newest)) newest--;
  return newest;
}

function configOf(
  name: string,
  subject: string,
  { replicas, storage, maxAge, maxBytes }: StreamOptions,
): NatsStreamConfig {
  // No field that an engine of version 2.9 does not know: newer ones refuse unknown fields.
  return {
    name,
    subjects: [subject],
    retention: "limits",
    storage,
    discard: "old",
    num_replicas: replicas,
    max_bytes: maxBytes,
    max_age: maxAge * NANOSECONDS,
    max_msg_size: MAX_ENTRY,
    duplicate_window: Math.min(DUPLICATE_WINDOW, maxAge) * NANOSECONDS,
    allow_direct: true,
    deny_delete: true,
    deny_purge: true,
  };
}

/** Refuses a stream on which the room's promises would not hold. */
function check(
  config: Partial<NatsStreamConfig>,
  name: string,
  subject: string,
): void {
  const { subjects = [], retention, discard, max_msg_size = -1 } = config;
  const window = (config.duplicate_window ?? 0) / NANOSECONDS;
  const wrong = subjects.length !== 1 || subjects[0] !== subject
    ? `its subjects are ${subjects.join(", ")}, not ${subject}`
    : retention !== "limits"
    ? `its retention is ${retention}, not limits`
    : discard !== "old"
    ? `it discards ${discard} messages, not old ones`
    : window < MIN_DUPLICATE_WINDOW
    ? `its duplicate window is ${window} ms, less than ${MIN_DUPLICATE_WINDOW}`
    : max_msg_size >= 0 && max_msg_size < ENTRY
    ? `it takes messages of ${max_msg_size} bytes, less than ${ENTRY}`
    : undefined;
  if (wrong === undefined) return;
  throw new EngineRefusedError(`Cannot use the stream ${name}: ${wrong}`);
}

/** The engine's number of an error, which the packages wrap now and then. */
function errorNumber(error: unknown): number | undefined {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === "number") return code;
  return cause instanceof Error ? errorNumber(cause) : undefined;
}
