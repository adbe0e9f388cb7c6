import { assert, assertEquals } from "@std/assert";
import { UsageMonitor } from "../../../lib/stresstest/target/usage_monitor.ts";
import { OURS, start } from "../servers.ts";
import { test } from "../../support/test.ts";

const linux = Deno.build.os === "linux";

const MIB = 2 ** 20;

test({
  name: "UsageMonitor.summary() counts children",
  ignore: !linux,
  async fn() {
    await using server = await start(
      `sh -c '${OURS.replaceAll("'", "")} "$0" & wait'`,
    );
    using watch = UsageMonitor.start(server.pids);
    watch!.restartCpu();
    const usage = watch!.summary(10);
    assert(usage.startMemoryBytes > 10 * MIB); // a shell alone has 2 MiB
    assert(usage.peakMemoryBytes >= usage.endMemoryBytes);
    assertEquals(
      usage.cpuMicrosecondsPerDelivery,
      usage.cpuSeconds * 1e5 || null,
    );
    assert(usage.systemSeconds >= 0 && usage.systemSeconds <= usage.cpuSeconds);
    assert(usage.memory.length >= 3);
  },
});

test({
  name:
    "UsageMonitor.summary() keeps the last sample of a process that has ended",
  ignore: !linux,
  async fn() {
    const server = await start(OURS);
    using watch = UsageMonitor.start(server.pids)!;
    await server[Symbol.asyncDispose]();
    const usage = watch.summary(0);
    assert(usage.endMemoryBytes > 10 * MIB);
    assertEquals(usage.cpuMicrosecondsPerDelivery, null);
  },
});

test("UsageMonitor.start() monitors no server that was not started here", () => {
  assertEquals(UsageMonitor.start([]), undefined);
});
