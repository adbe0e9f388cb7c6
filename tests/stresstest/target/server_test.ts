import { fileURLToPath } from "node:url";
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { formatAddress } from "../../../lib/wire/address.ts";
import { Server } from "../../../lib/stresstest/target/server.ts";
import { StartError } from "../../../lib/stresstest/target/start_error.ts";
import { UsageWatch } from "../../../lib/stresstest/target/usage_monitor.ts";
import {
  ANY_PORT,
  broken,
  NEVER,
  OURS,
  READY,
  start,
  target,
} from "../servers.ts";

const linux = Deno.build.os === "linux";

/** The error of a server that cannot be tested. */
function refused(
  text: string,
  { address = ANY_PORT, timeout = READY, stop = NEVER } = {},
): Promise<StartError> {
  return assertRejects(
    () => Server.start(target(text), address, timeout, stop),
    StartError,
  );
}

Deno.test("Server.start() waits until connections are accepted", async () => {
  await using server = await start(OURS);
  assert(server.address.port > 0);
  (await Deno.connect(server.address)).close();
});

Deno.test("Server.start() an address stands for a server that runs already", async () => {
  await using running = await start(OURS);
  await using server = await start(formatAddress(running.address));
  assertEquals(server.address, running.address);
  assertEquals([server.pid, server.stderr], [undefined, ""]);
});

Deno.test("Server.start() says why it cannot", async () => {
  using taken = Deno.listen(ANY_PORT);
  const address = { hostname: "127.0.0.1", port: taken.addr.port };
  assertMatch(
    (await refused(OURS, { address })).message,
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
    'Cannot test silent: it did not print "listening on" within 0.5 s',
  );
});

Deno.test("Server.start() shows what a server that ends says", async () => {
  const error = await refused(broken("fails"));
  assertEquals(
    error.message,
    'Cannot test fails: it ended with exit status 7 before it printed "listening on"',
  );
  assertEquals(error.stderr, "cannot go on\n");
});

Deno.test("Server.start() a ready line before the port is bound does not pass", async () => {
  let port: number;
  {
    using listener = Deno.listen(ANY_PORT);
    port = listener.addr.port;
  }
  const address = { hostname: "127.0.0.1", port };
  assertEquals(
    (await refused(broken("hasty"), { address })).message,
    `Cannot test hasty at 127.0.0.1:${port}, which printed "listening on": it refuses connections`,
  );
  assertMatch(
    (await refused(broken("hasty"))).message,
    /^Cannot test hasty /,
  );
});

Deno.test("Server.start() a port of the server's choice must be announced", async () => {
  assertMatch(
    (await refused(broken("terse"))).message,
    /^Cannot test terse on a port of its choice: Cannot read the address/,
  );
});

Deno.test("Server.start() what is no executable cannot be started", {
  ignore: Deno.build.os === "windows",
}, async () => {
  assertMatch(
    (await refused(fileURLToPath(import.meta.url))).message,
    /^Cannot start .*server_test\.ts: it is not allowed$/,
  );
});

Deno.test("Server[Symbol.asyncDispose]() makes a server end that does not want to", async () => {
  const server = await start(broken("stubborn"));
  await server[Symbol.asyncDispose]();
  assertMatch(await server.ended, /SIGKILL|exit status/);
  await assertRejects(
    () => Deno.connect(server.address),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test("Server.start() can be stopped while it waits", async () => {
  const stop = AbortSignal.abort("enough");
  const error = await Server.start(
    target(broken("silent")),
    ANY_PORT,
    READY,
    stop,
  ).catch((error) => error);
  assertEquals(error, "enough");
});

Deno.test("Server[Symbol.asyncDispose]() stops its children too", {
  ignore: Deno.build.os === "windows",
}, async () => {
  const server = await start(`sh -c '${OURS.replaceAll("'", "")} "$0" & wait'`);
  const { address } = server;
  (await Deno.connect(address)).close();
  await server[Symbol.asyncDispose]();
  await assertRejects(
    () => Deno.connect(address),
    Deno.errors.ConnectionRefused,
  );
});

Deno.test(
  "UsageWatch.summary() counts children",
  { ignore: !linux },
  async () => {
    await using server = await start(
      `sh -c '${OURS.replaceAll("'", "")} "$0" & wait'`,
    );
    using watch = UsageWatch.start(server.pid);
    watch!.mark();
    const usage = watch!.summary(10);
    assert(usage.startMemoryBytes > 10e6); // a shell alone has 2 MB
    assert(usage.peakMemoryBytes >= usage.endMemoryBytes);
    assertEquals(usage.cpuMicrosecondsPerDelivery, usage.cpuSeconds * 1e5);
    assert(usage.systemSeconds >= 0 && usage.systemSeconds <= usage.cpuSeconds);
    assert(usage.memory.length >= 3);
  },
);

Deno.test("UsageWatch.summary() a process that is gone has its last figures", {
  ignore: !linux,
}, async () => {
  const server = await start(OURS);
  using watch = UsageWatch.start(server.pid)!;
  await server[Symbol.asyncDispose]();
  const usage = watch.summary(0);
  assert(usage.endMemoryBytes > 10e6);
  assertEquals(usage.cpuMicrosecondsPerDelivery, 0);
});

Deno.test("UsageWatch.start() there is nothing to watch of a server that runs already", () => {
  assertEquals(UsageWatch.start(undefined), undefined);
});
