/**
 * Several servers, one order: joins a hub to a room, which all servers share that
 * join the same stream of NATS JetStream. Each client of each of them receives the
 * messages of all, in one order, at most once; what is lost is counted.
 *
 * The packages that speak NATS come from npm when a room is joined, not before. In
 * Node, from version 22 on, the program installs them: `@nats-io/jetstream`, `@nats-io/nats-core` and
 * `@nats-io/transport-node`, version 3.
 *
 * @example A server that is a node
 * ```ts ignore
 * import { Hub, serve } from "@zillions/server";
 * import { joinRoom } from "@zillions/server/nats";
 *
 * const hub = new Hub();
 * await using room = await joinRoom(hub, "nats://127.0.0.1:4222");
 * await using server = serve({ hub, publisher: room });
 * await server.finished;
 * ```
 *
 * @module
 */
import type { Hub } from "../hub/hub.ts";
import { JetStreamEngine } from "./jetstream.ts";
import {
  checkOptions,
  DEFAULT_HOLD,
  DEFAULT_ROOM,
  DEFAULT_STREAM,
  type StreamOptions,
} from "./options.ts";
import { loadPackages } from "./packages.ts";
import { Room, type RoomOptions } from "./room.ts";
import { parseNatsUrls } from "./url.ts";

export * from "./room.ts";
export {
  BOUNDS,
  DEFAULT_HOLD,
  DEFAULT_ROOM,
  DEFAULT_STREAM,
  ROOM_NAME,
  type StreamOptions,
} from "./options.ts";

/** Options of {@linkcode joinRoom}. */
export interface JoinOptions
  extends Omit<RoomOptions, "hub" | "engine">, Partial<StreamOptions> {
  /**
   * The room's name: 1 to 64 letters, digits, `-` and `_`. Rooms share an engine and never mix.
   *
   * @default {"lobby"}
   */
  room?: string;
  /** The content of a credentials file. */
  creds?: Uint8Array;
  /** A certificate to trust, as PEM, for `tls://`. */
  ca?: string;
}

/**
 * Joins `hub` to a room. Give the room to `serve()` as its `publisher`.
 *
 * @param urls `nats://HOST:PORT`, or `tls://` to insist on encryption, with
 * `USER:PASSWORD@` or `TOKEN@` before the host; several of one cluster with commas.
 * @returns When the room is joined, or when the engine is not there yet; it is waited for then.
 * @throws {TypeError} If a URL, the name or the storage is none.
 * @throws {RangeError} If a number among the options is not within its bounds.
 * @throws {EngineRefusedError} If the engine refuses the credentials, or the stream there cannot be used.
 * @throws {Error} If the packages that speak NATS cannot be loaded.
 */
export async function joinRoom(
  hub: Hub,
  urls: string,
  { room = DEFAULT_ROOM, creds, ca, ...options }: JoinOptions = {},
): Promise<Room> {
  const stream = { ...DEFAULT_STREAM, ...options };
  checkOptions({ hold: DEFAULT_HOLD, ...stream, room });
  const servers = parseNatsUrls(urls);
  const engine = new JetStreamEngine(await loadPackages(), {
    ...stream,
    ...servers,
    ...creds ? { creds } : {},
    ...ca === undefined ? {} : { ca },
    name: `zillions ${room}`,
    room,
  });
  const joined = new Room({ ...options, hub, engine });
  try {
    await joined.start();
  } catch (error) {
    await joined.close();
    throw error;
  }
  return joined;
}
