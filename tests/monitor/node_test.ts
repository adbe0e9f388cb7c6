/** The monitor of a node, on a real engine. */
import { assertEquals, assertMatch } from "@std/assert";
import { engineTest } from "../nats/nats_server.ts";
import { eventually } from "../support/eventually.ts";
import { Peer } from "../support/peer.ts";
import { get } from "../support/web.ts";
import { MonitoredNode } from "./node.ts";
import { hasPromtool, lint } from "./promtool.ts";

engineTest(
  "monitor of a node: /readyz is 503 while the engine holds it",
  async () => {
    await using node = await MonitoredNode.start();
    const { addr } = node.monitor;
    const look = async (path: string) => {
      const { status, body } = await get(addr, path);
      return `${status} ${body}`;
    };
    assertEquals(await look("/readyz"), "200 ready\n");
    await node.reach(false);
    assertEquals(await look("/readyz"), "503 the engine is away\n");
    assertEquals(await look("/healthz"), "200 ok\n");
    assertMatch((await get(addr, "/metrics")).body, /^zillions_engine_up 0$/m);
    await node.reach(true);
    assertEquals(await look("/readyz"), "200 ready\n");
    using client = await Peer.connect(node.server.addr); // holds the drain
    const ended = node.server.shutdown();
    assertEquals(await look("/readyz"), "503 the server ends\n");
    client[Symbol.dispose]();
    await ended;
  },
);

engineTest(
  "monitor of a node: promtool takes /metrics, gaps among them",
  { ignore: !hasPromtool },
  async () => {
    await using node = await MonitoredNode.start();
    using peer = await Peer.join(node.server.addr, "tcp");
    await peer.say("a");
    assertEquals(await peer.hear(), "a");
    await node.reach(false);
    await node.makeGap();
    await node.reach(true);
    await eventually("a gap", () => node.room.stats(), ({ gaps }) => gaps > 0);
    const { body } = await get(node.monitor.addr, "/metrics");
    assertEquals(await lint(body), "0");
    assertMatch(body, /^zillions_engine_gaps_total 1$/m);
    assertMatch(body, /^zillions_engine_published_messages_total 2$/m);
    assertMatch(body, /^zillions_engine_up 1$/m);
  },
);
