/**
 * Publishing: how clients' runs get to a hub, unless the program says otherwise.
 * Its one rule: no client brings more before what it brought was offered to those
 * who take.
 *
 * @module
 */
import type { Publish } from "./connection.ts";
import { leadingRun } from "../wire/frame.ts";
import type { Hub } from "../hub/hub.ts";

/**
 * How much of a hub's capacity one broadcast may fill, so that who is still busy
 * with the one before loses nothing.
 */
const SHARE = 1 / 4;

/** Broadcasts runs on `hub`, and waits until its subscribers were offered them. */
export function publisher(hub: Hub): Publish {
  return ({ bytes, count }) => {
    if (bytes.length > SHARE * hub.capacity) return inPieces(hub, bytes);
    hub.broadcast(bytes, count);
    return hub.offered();
  };
}

/** A small hub cannot hold all that one read can bring. */
async function inPieces(
  hub: Hub,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  for (let rest = bytes; rest.length > 0;) {
    const run = leadingRun(rest.subarray(0, SHARE * hub.capacity));
    hub.broadcast(run.bytes, run.count);
    rest = rest.subarray(run.bytes.length);
    await hub.offered();
  }
}
