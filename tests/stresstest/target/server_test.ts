import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { formatAddress } from "../../../lib/wire/address.ts";
import { Server } from "../../../lib/stresstest/target/server.ts";
import { processTree } from "../../../lib/stresstest/target/proc.ts";
import { StartError } from "../../../lib/stresstest/target/start_error.ts";
import {
  ANY_PORT,
  broken,
  NEVER,
  OURS,
  READY,
  start,
  target,
} from "../servers.ts";
import { test } from "../../support/test.ts";

/** The error of a server that cannot be tested. */
function refused(
  text: string,
  { port = 0, timeout = READY } = {},
): Promise<StartError> {
  return assertRejects(
    () =>
      Server.start(target(text), {
        addresses: [{ ...ANY_PORT, port }],
        readyTimeout: timeout,
        stop: NEVER,
      }),
    StartError,
  );
}

test("Server.start() waits until connections are accepted", async () => {
  await using server = await start(OURS);
  assert(server.address.port > 0);
  (await Deno.connect(server.address)).close();
});

test("Server.start() accepts the address of a server that runs already", async () => {
  await using running = await start(OURS);
  await using server = await start(formatAddress(running.address));
  assertEquals(server.address, running.address);
  assertEquals([server.pid, server.stderr], [undefined, ""]);
});

test("Server.start() says why a server cannot be tested", async () => {
  using taken = Deno.listen(ANY_PORT);
  const { port } = taken.addr;
  assertMatch(
    (await refused(OURS, { port })).message,
    /^Cannot test at 127\.0\.0\.1:\d+: the address is taken$/,
  );
  assertEquals(
    (await refused("./no-such-server")).message,
    "Cannot start ./no-such-server: there is no such executable",
  );
  assertEquals(
    (await refused("127.0.0.1:1")).message,
    "Cannot test 127.0.0.1:1: it refuses connections",
  );
  assertEquals(
    (await refused(broken("silent"), { timeout: 500 })).message,
    'Cannot test silent: it printed no line "listening on" to standard output within 0.5 s',
  );
});

test({
  name:
    "Server.start() shows what a server printed that is no ready line of standard output",
  ignore: Deno.build.os === "windows",
  async fn() {
    const unready =
      'it printed no line "listening on" to standard output within 0.5 s; its last line: listening on x';
    for (
      const print of ["echo listening on x >&2", "printf 'listening on x'"]
    ) {
      const error = await refused(
        `x=sh -c "${print}; exec sleep 60"`,
        { timeout: 500 },
      );
      assertEquals(error.message, `Cannot test x: ${unready}`);
    }
  },
});

test("Server.start() keeps the standard error of a server that ends", async () => {
  const error = await refused(broken("fails"));
  assertEquals(
    error.message,
    'Cannot test fails: it ended with exit status 7 before it printed "listening on"; its last line: cannot go on',
  );
  assertEquals(error.stderr, "cannot go on\n");
});

test("Server.start() rejects a ready line before the port is bound", async () => {
  let port: number;
  {
    using listener = Deno.listen(ANY_PORT);
    port = listener.addr.port;
  }
  assertEquals(
    (await refused(broken("hasty"), { port })).message,
    `Cannot test hasty at 127.0.0.1:${port}, which printed "listening on 127.0.0.1:${port}": it refuses connections`,
  );
  assertMatch(
    (await refused(broken("hasty"))).message,
    /^Cannot test hasty /,
  );
});

test("Server.start() waits no longer than it should for a connection", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  for (const scheme of ["tls", "ws"]) { // whose handshake gets no answer
    const starting = Server.start(target(`${scheme}://127.0.0.1:${port}`), {
      addresses: [],
      readyTimeout: 200,
      stop: NEVER,
    });
    using _socket = await listener.accept();
    await assertRejects(
      () => starting,
      StartError,
      `Cannot test ${scheme}://127.0.0.1:${port}: it accepted no connection within 0.2 s`,
    );
  }
});

test("Server.start() needs the address of a server that chooses its port", async () => {
  assertMatch(
    (await refused(broken("terse"))).message,
    /^Cannot test terse on a port of its choice: Cannot read the address/,
  );
});

test({
  name: "Server.start() rejects a file that is not executable",
  ignore: Deno.build.os === "windows",
  async fn() {
    assertMatch(
      (await refused(fileURLToPath(import.meta.url))).message,
      /^Cannot start .*server_test\.ts: it is not allowed$/,
    );
  },
});

test("Server.start() stops waiting when it is told to", async () => {
  const stop = AbortSignal.abort("enough");
  const error = await Server.start(target(broken("silent")), {
    addresses: [ANY_PORT],
    readyTimeout: READY,
    stop,
  }).catch((error) => error);
  assertEquals(error, "enough");
});

test({
  name: "Server[Symbol.asyncDispose]() stops the children of the server too",
  ignore: Deno.build.os === "windows",
  async fn() {
    const server = await start(
      `sh -c '${OURS.replaceAll("'", "")} "$0" & wait'`,
    );
    const { address } = server;
    (await Deno.connect(address)).close();
    await server[Symbol.asyncDispose]();
    await assertRejects(
      () => Deno.connect(address),
      Deno.errors.ConnectionRefused,
    );
  },
});

test({
  name:
    "Server.start() finds the ready line among others, and reads on after it",
  ignore: Deno.build.os === "windows",
  async fn() {
    using listener = Deno.listen(ANY_PORT);
    const { port } = listener.addr;
    const line = `listening on 127.0.0.1:${port}`;
    const command =
      `sh -c 'echo hello; echo "${line}"; echo "bye now"; exit 5'`;
    const server = await start(command);
    assertEquals(server.address.port, port);
    assertEquals(await server.ended, {
      how: "exit status 5",
      lastLine: "bye now",
    });
    await server[Symbol.asyncDispose]();
  },
});

test({
  name:
    "Server[Symbol.asyncDispose]() ends though a child that left the group holds the streams",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using listener = Deno.listen(ANY_PORT);
    const line = `listening on 127.0.0.1:${listener.addr.port}`;
    // The child ends by itself soon after the test.
    const server = await start(
      `sh -c 'setsid sleep 5 & echo "${line}"; wait'`,
    );
    await server[Symbol.asyncDispose]();
    assertMatch((await server.ended).how, /SIGTERM/);
  },
});

test({
  name: "Server notes a process that is left and still accepts connections",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const server = await start(
      `sh -c 'setsid ${OURS.replaceAll("'", "")} "$0" & wait'`,
    );
    const left = processTree(server.pid!).filter((pid) => pid !== server.pid);
    try {
      await server[Symbol.asyncDispose]();
      assertEquals(server.remarks, [
        `left a process behind, which still listens at ${server.nodes[0]}`,
      ]);
    } finally {
      for (const pid of left) Deno.kill(pid, "SIGKILL");
    }
  },
});
