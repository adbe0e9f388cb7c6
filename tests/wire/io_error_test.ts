import { assert, assertEquals } from "@std/assert";
import {
  describeError,
  isAbortedBeforeAccept,
  isClosed,
  isDisconnect,
} from "../../lib/wire/io_error.ts";
import { inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";

/** An error as Node throws it, and Deno where it has no class. */
function coded(code: string): Error {
  return Object.assign(new Error(`read ${code}`), { code });
}

const BY_US = [
  new Deno.errors.BadResource("Bad resource ID"),
  new Deno.errors.Interrupted("operation canceled"),
  coded("EBADF"),
];
const TOO_EARLY = [
  new Deno.errors.ConnectionAborted("aborted"),
  new Deno.errors.ConnectionReset("reset"),
  new Deno.errors.NotConnected("not connected"),
  coded("ECONNRESET"),
];
const LATER = [
  new Deno.errors.BrokenPipe("broken pipe"),
  new Deno.errors.TimedOut("timed out"),
  new Deno.errors.InvalidData("not TLS"),
  new Deno.errors.UnexpectedEof("no close_notify"),
  coded("EPIPE"),
  coded("EHOSTUNREACH"),
];
const NONE = [
  new Deno.errors.AddrInUse("in use"),
  new Deno.errors.NotFound("not found"),
  new TypeError("a fault"),
  new DOMException("too late", "TimeoutError"),
  coded("EMFILE"),
  { name: "ConnectionReset" },
  "ECONNRESET",
  undefined,
];

test("isDisconnect(), isClosed(), isAbortedBeforeAccept() know their errors, and no others", () => {
  const kinds = (error: unknown) => [
    isDisconnect(error),
    isClosed(error),
    isAbortedBeforeAccept(error),
  ];
  for (const error of BY_US) assertEquals(kinds(error), [true, true, false]);
  for (const error of TOO_EARLY) {
    assertEquals(kinds(error), [true, false, true]);
  }
  for (const error of LATER) assertEquals(kinds(error), [true, false, false]);
  for (const error of NONE) assertEquals(kinds(error), [false, false, false]);
});

test("isDisconnect() is true of a real connection that was closed while reading", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const client = await Deno.connect({ port: listener.addr.port });
  using _server = await inTime(listener.accept(), "a client");
  const reading = client.read(new Uint8Array(1));
  client.close();
  const error = await reading.catch((error) => error);
  assert(isDisconnect(error) && isClosed(error));
});

test("describeError() says it in one plain line, without the system's number", () => {
  const cases: [unknown, string][] = [
    [
      new Deno.errors.AddrInUse("Address in use (os error 98)"),
      "the port is taken",
    ],
    [coded("EADDRNOTAVAIL"), "the address is not this machine's"],
    [coded("EACCES"), "permission denied by the system"],
    [new Error("Too many open files (os error 24)"), "Too many open files"],
    [
      new Error("No such file or directory (os error 2): readfile 'a\nb'"),
      "No such file or directory",
    ],
    [new RangeError("Cannot do\n\tthis: why"), "cannot do this: why"],
    [Object.assign(new Error("x"), { name: "toString" }), "x"],
    ["not an error", "not an error"],
    [undefined, "undefined"],
  ];
  for (const [error, words] of cases) assertEquals(describeError(error), words);
});
