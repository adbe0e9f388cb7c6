import { assertRejects } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { type JoinOptions, joinRoom } from "../../lib/nats/mod.ts";
import { test } from "../support/test.ts";

const WRONG: [JoinOptions, ErrorConstructor, string][] = [
  [{ room: "" }, TypeError, "1 to 64 letters"],
  [{ room: "a b" }, TypeError, "1 to 64 letters"],
  [{ room: "a".repeat(65) }, TypeError, "1 to 64 letters"],
  [{ room: 5 as unknown as string }, TypeError, "1 to 64 letters"],
  [{ storage: "disk" as "file" }, TypeError, "storage is file or memory"],
  [{ hold: -1 }, RangeError, "hold of -1: it is a whole number from 0"],
  [{ hold: NaN }, RangeError, "hold of NaN"],
  [{ replicas: 6 }, RangeError, "replicas of 6"],
  [{ maxAge: 999 }, RangeError, "maxAge of 999"],
  [{ maxBytes: 1.5 }, RangeError, "maxBytes of 1.5"],
];

test("joinRoom() says which option is wrong, before it connects", async () => {
  for (const [options, type, message] of WRONG) {
    const joining = () => joinRoom(new Hub(), "nats://127.0.0.1:1", options);
    await assertRejects(joining, type, message);
  }
});
