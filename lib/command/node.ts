/**
 * The server as a node: joins the room that `--nats` names. Loaded only then.
 *
 * @module
 */
import type { Logger } from "../cli/logger.ts";
import type { Hub } from "../hub/hub.ts";
import { joinRoom, type Room, type RoomEvent } from "../nats/mod.ts";
import { describeError } from "../wire/io_error.ts";
import type { ServerOptions } from "./arguments.ts";
import { failureLine, roomLine, waitingLine } from "./log_lines.ts";
import { readFile } from "../cli/read_file.ts";

/**
 * Joins the room, and logs what happens to it.
 *
 * @throws {Error} If it cannot be joined, and waiting would not help.
 */
export async function joinAsNode(
  hub: Hub,
  urls: string,
  options: ServerOptions,
  logger: Logger,
): Promise<Room> {
  const { natsCreds, natsCa, natsHold, room: name } = options;
  let isWaitedFor = false;
  const onEvent = (event: RoomEvent) => {
    // A room that is joined at once is nothing to warn of.
    const line = roomLine(event, { hold: natsHold, name, isWaitedFor });
    if (logger.logs(line.level)) logger.log(line);
    isWaitedFor = event.type !== "engineUp";
  };
  const creds = natsCreds && await readFile("natsCreds", natsCreds);
  const ca = natsCa && await readFile("natsCa", natsCa);
  let isStarting = true;
  try {
    const room = await joinRoom(hub, urls, {
      room: name,
      replicas: options.natsReplicas,
      storage: options.natsStorage,
      maxAge: options.natsMaxAge,
      maxBytes: options.natsMaxBytes,
      hold: natsHold,
      ...creds ? { creds } : {},
      ...ca ? { ca: new TextDecoder().decode(ca) } : {},
      onEvent: (event) => {
        // The start's refusal is told once, by what this function throws.
        if (!isStarting || event.type !== "engineRefused") onEvent(event);
      },
      onError: (error) => logger.log(failureLine(error)),
    });
    isStarting = false;
    if (!room.stats().engineUp) {
      isWaitedFor = true;
      logger.log(waitingLine(name));
    }
    return room;
  } catch (error) {
    throw new Error(`cannot join the room ${name}: ${describeError(error)}`, {
      cause: error,
    });
  }
}
