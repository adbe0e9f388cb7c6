/**
 * The options of a node: the engine, the room, and the stream that keeps it. They are
 * a part of the server's command line.
 *
 * @module
 */
import { choice, seconds, size, text, wholeNumber } from "../cli/options.ts";
import {
  BOUNDS,
  DEFAULT_HOLD,
  DEFAULT_ROOM,
  DEFAULT_STREAM,
  ROOM_NAME,
} from "../nats/options.ts";
import { parseNatsUrls } from "../nats/url.ts";

/** The options of a node. */
export const NATS_OPTIONS = {
  nats: text({
    value: "URL",
    default: undefined,
    help:
      "share a room with other servers through NATS JetStream: nats://HOST:PORT, or tls:// to insist on encryption, with USER:PASSWORD@ or TOKEN@ before the host; several of one cluster with commas",
  }, parseNatsUrls),
  room: text({
    value: "NAME",
    default: DEFAULT_ROOM,
    help: "the room: up to 64 letters, digits, - and _; rooms never mix",
  }, checkRoom),
  natsCreds: text({
    value: "FILE",
    default: undefined,
    help: "a credentials file for NATS; needs --allow-read",
  }),
  natsCa: text({
    value: "FILE",
    default: undefined,
    help: "a certificate to trust, for tls://; needs --allow-read",
  }),
  natsReplicas: wholeNumber({
    value: "N",
    min: BOUNDS.replicas[0],
    max: BOUNDS.replicas[1],
    default: DEFAULT_STREAM.replicas,
    help: "how many engines keep the room's stream, when it is made",
  }),
  natsStorage: choice({
    value: "WHERE",
    default: DEFAULT_STREAM.storage,
    help: "file or memory: where they keep it",
  }, ["file", "memory"]),
  natsMaxAge: seconds({
    value: "SECONDS",
    min: BOUNDS.maxAge[0],
    max: BOUNDS.maxAge[1],
    default: DEFAULT_STREAM.maxAge,
    help: "how long they keep a message",
  }),
  natsMaxBytes: size({
    value: "SIZE",
    min: BOUNDS.maxBytes[0],
    max: BOUNDS.maxBytes[1],
    default: DEFAULT_STREAM.maxBytes,
    help: "how much they keep",
  }),
  natsHold: seconds({
    value: "SECONDS",
    min: BOUNDS.hold[0],
    max: BOUNDS.hold[1],
    default: DEFAULT_HOLD,
    help:
      "how long clients wait while NATS is away; after that what they send is dropped and counted",
  }),
};

/** Those that mean nothing without an engine. */
export const NEEDS_NATS = [
  "room",
  "natsCreds",
  "natsCa",
  "natsReplicas",
  "natsStorage",
  "natsMaxAge",
  "natsMaxBytes",
  "natsHold",
] as const;

function checkRoom(name: string): void {
  if (ROOM_NAME.test(name)) return;
  throw new TypeError("--room takes 1 to 64 letters, digits, - and _");
}
