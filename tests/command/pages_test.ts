import { assertEquals, assertMatch } from "@std/assert";
import { formatAddress } from "../../lib/wire/address.ts";
import { encode } from "../../lib/wire/frame.ts";
import { engineTest, NatsServer } from "../nats/nats_server.ts";
import {
  Command,
  freeAddress,
  ours,
  run,
  STOPPED,
} from "../support/command.ts";
import { Peer } from "../support/peer.ts";
import { script } from "../support/script.ts";
import { test } from "../support/test.ts";
import { get, WebPeer } from "../support/web.ts";

const COMMAND = ours("--allow-net");

async function start(command: string[], ...options: string[]) {
  const page = freeAddress();
  const words = [...command, "--web", formatAddress(page), ...options];
  return { page, server: await Command.start(freeAddress(), words) };
}

test("command: --web serves a page and WebSockets, under --allow-net alone, and says where", async () => {
  const { page, server } = await start(COMMAND);
  await using _server = server;
  const line = await server.logLine();
  assertEquals(
    line,
    `zillions: the chat page is at http://${formatAddress(page)}`,
  );
  const { status, body } = await get(page, "/");
  assertEquals(status, 200);
  assertMatch(body, /<html/);
  using web = await WebPeer.connect(page);
  using tcp = await Peer.join(server.address, "tcp");
  assertEquals(await web.hear(), "tcp");
  await web.say("web");
  assertEquals([await web.hear(), await tcp.hear()], ["web", "web"]);
  server.kill("SIGTERM");
  assertEquals(await web.hear(), '{"draining":true}');
  web[Symbol.dispose]();
  tcp[Symbol.dispose]();
  const { code, stdout, stderr } = await server.end();
  assertEquals([code, stdout, stderr], [STOPPED, "", line]);
});

test("command: --web from mod.ts, which JSR runs, with JSON", async () => {
  const { page, server } = await start(
    script("mod.ts", "--allow-net"),
    "--json",
  );
  await using _server = server;
  const { event, url } = JSON.parse(await server.logLine() ?? "");
  assertEquals([event, url], ["page", `http://${formatAddress(page)}`]);
  assertEquals((await get(page, "/")).status, 200);
});

test("command: --monitor shows the server, its web side and a page, under --allow-net alone", async () => {
  const monitor = freeAddress();
  const { page, server } = await start(
    COMMAND,
    ...["--monitor", formatAddress(monitor)],
  );
  await using _server = server;
  await server.logLine();
  assertEquals(
    await server.logLine(),
    `zillions: the monitor page is at http://${formatAddress(monitor)}`,
  );
  assertEquals((await get(page, "/other")).status, 404);
  const { body } = await get(monitor, "/metrics");
  assertMatch(body, /^zillions_web_refused_total\{reason="path"\} 1$/m);
  assertMatch((await get(monitor, "/")).body, /<title>Zillions monitor/);
});

test("command: --monitor alone, and its port must be free", async () => {
  const monitor = formatAddress(freeAddress());
  const command = [...COMMAND, "--monitor", monitor];
  await using server = await Command.start(freeAddress(), command);
  assertMatch(await server.logLine() ?? "", /the monitor page is at/);
  const web = formatAddress(freeAddress());
  const second = await run([...command, "--web", web, "127.0.0.1:0"]);
  assertEquals([second.code, second.stdout], [1, ""]);
  assertEquals(
    second.stderr,
    `zillions: cannot listen on ${monitor}: the port is taken\n`,
  );
});

test("command: --web where it cannot listen; exit 1, before it is ready", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${taken.addr.port}`;
  const { code, stdout, stderr } = await run([
    ...COMMAND,
    ...["--web", address, "127.0.0.1:0"],
  ]);
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `zillions: cannot listen on ${address}: the port is taken\n`,
  );
});

test("command: --web-host, --web-origin and --web-proxy let in what they name", async () => {
  const { page, server } = await start(
    COMMAND,
    ...["--web-host", "chat.example,b.example", "--verbose"],
    ...["--web-origin=https://c.example", "--web-proxy=127.0.0.1"],
  );
  await using _server = server;
  await server.logLine();
  for (const Host of ["chat.example", "b.example", "localhost"]) {
    assertEquals((await get(page, "/", { Host })).status, 200, Host);
  }
  assertEquals((await get(page, "/", { Host: "c.example" })).status, 403);
  using web = await WebPeer.connect(page, {
    "Origin": "https://c.example",
    "X-Forwarded-For": "192.0.2.7",
  });
  assertEquals(web.answer.status, 101);
  assertMatch(
    await server.logLine() ?? "",
    /client 1 \(192\.0\.2\.7:\d+\) conn/,
  );
});

engineTest(
  "command: --web on nodes: one order for all, however they came",
  async () => {
    await using engine = await NatsServer.start();
    const nodes = await Promise.all(
      [1, 2].map(() =>
        start(COMMAND, "--nats", engine.url, "--monitor", "127.0.0.1:0")
      ),
    );
    await using stack = new AsyncDisposableStack();
    for (const { server } of nodes) stack.use(server);
    const [one, two] = nodes as [typeof nodes[0], typeof nodes[0]];
    using web = await WebPeer.connect(one.page);
    using tcp = await Peer.join(two.server.address, "tcp");
    assertEquals(await web.hear(), "tcp");
    await web.say("a", "b");
    assertEquals(await tcp.hearMany(2), ["a", "b"]);
    assertEquals([await web.hear(), await web.hear()], ["a", "b"]);
    await tcp.send(encode("c"));
    assertEquals(await web.hear(), "c");
    await one.server.logLine();
    const url = new URL((await one.server.logLine())!.match(/http:.*/)![0]);
    const { hostname, port } = url;
    const { body } = await get({ hostname, port: Number(port) }, "/metrics");
    assertMatch(body, /^zillions_engine_up 1$/m);
    assertMatch(body, /^zillions_engine_received_messages_total 4$/m);
  },
);
