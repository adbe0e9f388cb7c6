import { assert, assertEquals } from "@std/assert";
import {
  bottleneckOf,
  TesterLoad,
  WaitLoad,
} from "../../../lib/stresstest/load/tester_load.ts";
import { test } from "../../support/test.ts";

test("TesterLoad.busy() counts the time of one thread, less the time it was idle", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "1000000000 0 7\n");
    const load = new TesterLoad(file);
    // The thread ran for 600 ms and waited for a processor for 200 ms.
    await Deno.writeTextFile(file, "1600000000 200000000 9\n");
    assertEquals(load.busy(0, 1e6).toFixed(6), "0.600000");
    assertEquals(load.busy(400_000, 1e6).toFixed(6), "0.300000");
    assertEquals(load.waited(1e6)?.toFixed(6), "0.200000");
    // A wait that began before the construction is no more than all of the time.
    assertEquals(load.waited(100_000), 1);
  } finally {
    await Deno.remove(file);
  }
});

test("TesterLoad.busy() counts all threads where the system counts no single one", () => {
  const load = new TesterLoad("/no/such/file");
  while (load.cpuSeconds < 0.02); // works
  const before = load.cpuSeconds;
  const busy = load.busy(10_000, 1e6);
  assertEquals(load.waited(1e6), null);
  assert(busy >= before - 0.01 && busy <= load.cpuSeconds - 0.01);
});

test("WaitLoad counts until the last delivery, unless that was soon", async () => {
  const file = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(file, "0 0 0\n");
    let time = 0;
    const wait = new WaitLoad(5, new TesterLoad(file), () => time);
    time = 50;
    await Deno.writeTextFile(file, "50000000 0 0\n");
    wait.note(6);
    assertEquals(wait.busy, null);
    time = 200;
    await Deno.writeTextFile(file, "180000000 0 0\n");
    wait.note(7);
    assertEquals(wait.busy?.toFixed(6), "0.900000");
    time = 1000; // nothing was delivered since
    wait.note(7);
    assertEquals(wait.busy?.toFixed(6), "0.900000");
  } finally {
    await Deno.remove(file);
  }
});

test("bottleneckOf() names the first rule that fires", () => {
  const stats = {
    busyShare: 0.9,
    waitingBusyShare: 0.9,
    sendDelayP99Microseconds: 2000,
  };
  assertEquals(bottleneckOf(stats, 3000), "CPU");
  const sent = { ...stats, busyShare: 0.8 };
  assertEquals(bottleneckOf(sent, 3000), "CPU while waiting");
  for (const waitingBusyShare of [null, 0.8]) {
    const late = { ...sent, waitingBusyShare };
    assertEquals(bottleneckOf(late, 3999), "send delay");
    assertEquals(bottleneckOf(late, 4000), null);
    const soon = { ...late, sendDelayP99Microseconds: 1000 };
    assertEquals(bottleneckOf(soon, 0), null);
  }
  const nothing = { ...stats, busyShare: null, waitingBusyShare: null };
  assertEquals(
    bottleneckOf({ ...nothing, sendDelayP99Microseconds: 0 }, 0),
    null,
  );
});
