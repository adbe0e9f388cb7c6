import { assertEquals } from "@std/assert";
import { reason } from "../../../lib/stresstest/target/start_error.ts";
import { test } from "../../support/test.ts";

test("reason() says in a few words why the system refused", () => {
  const { errors } = Deno;
  const reasons: [unknown, string][] = [
    [new errors.NotFound(), "there is no such executable"],
    [
      new errors.InvalidData("invalid peer certificate: Expired"),
      "its certificate is not trusted: Expired; see --tls-ca",
    ],
    [new errors.InvalidData("odd"), "odd"],
    [new errors.PermissionDenied(), "it is not allowed"],
    [new errors.AddrInUse(), "the address is taken"],
    [new errors.AddrNotAvailable(), "the address is not one of this machine"],
    [new errors.ConnectionRefused(), "it refuses connections"],
    [new Error("out of luck"), "out of luck"],
    ["no error", "no error"],
  ];
  for (const [error, text] of reasons) assertEquals(reason(error), text);
  assertEquals(
    reason(new errors.NotFound(), "socket"),
    "there is no such socket",
  );
});
