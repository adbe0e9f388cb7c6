/** What an operator does to the command: signals, terminals, streams. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { delay } from "@std/async/delay";
import { type Address, formatAddress } from "../../lib/wire/address.ts";
import {
  Command,
  freeAddress,
  inTime,
  ours,
  run,
  spawn,
} from "../support/command.ts";
import { eventually } from "../support/eventually.ts";
import { numbered, Peer } from "../support/peer.ts";
import { hasTmux, Terminal } from "../client/chat/tmux.ts";
import { test } from "../support/test.ts";

const COMMAND = ours("--allow-net");

/** Windows has neither these signals nor `sh`. */
const ignore = Deno.build.os === "windows";

/** Connects as soon as the server listens. */
async function joinSoon(address: Address): Promise<Peer> {
  const join = () =>
    Peer.join(address).catch((error) => {
      if (error instanceof Deno.errors.ConnectionRefused) return undefined;
      throw error;
    });
  return (await eventually("the server to listen", join, Boolean))!;
}

/** Says something and hears it, as proof that the server serves. */
async function assertServes(peer: Peer): Promise<void> {
  const text = crypto.randomUUID();
  await peer.say(text);
  while (await peer.hear() !== text);
}

/** Lets clients come and go, as proof that the server serves. */
async function assertServesMany(address: Address): Promise<void> {
  using peer = await joinSoon(address);
  for (let n = 0; n < 20; n++) {
    using other = await Peer.join(address);
    await assertServes(other);
  }
  await assertServes(peer);
  await peer.hangUp();
  await peer.hearAll();
}

/** Sends without end, up to 15 MiB/s, and never reads. */
async function flood(address: Address): Promise<void> {
  try {
    using peer = await Peer.connect(address);
    const run = new Uint8Array(256 * 256).fill(255); // 256 messages
    for (;; await delay(4)) await peer.send(run);
  } catch (error) {
    // The server ended the connection, in one way or another.
    assert(error instanceof Error);
  }
}

/** The command with its streams redirected by the shell. */
function redirected(redirection: string, ...options: string[]): string[] {
  return ["sh", "-c", `exec "$@" ${redirection}`, "sh", ...COMMAND, ...options];
}

test({
  name:
    "operator: SIGTERM under full load, with every client stuck, ends it in time; exit 0",
  ignore,
  async fn() {
    const command = [...COMMAND, "--stats=0.1"];
    await using server = await Command.start(freeAddress(), command);
    const { address } = server;
    using stack = new DisposableStack();
    for (let n = 0; n < 20; n++) stack.use(await Peer.connect(address));
    const floods = Array.from({ length: 4 }, () => flood(address));
    const loaded = /messagesIn=\d{6,} .* dropped=\d{6,} /;
    while (!loaded.test(await server.logLine() ?? ""));
    server.kill("SIGTERM");
    const { code, stdout, stderr } = await server.end();
    assertEquals([code, stdout], [0, ""]);
    assertMatch(
      stderr,
      /^(zillions: (client|suppressed|clients=).*\n?)*$/,
    );
    await Promise.all(floods);
  },
});

test({
  name: "operator: without a terminal, SIGHUP is ignored",
  ignore,
  async fn() {
    await using server = await Command.start(freeAddress(), COMMAND);
    using peer = await Peer.join(server.address);
    server.kill("SIGHUP");
    for (let n = 0; n < 50; n++) {
      using next = await Peer.join(server.address);
      await assertServes(next);
    }
    await assertServes(peer);
    await peer.hangUp();
    server.kill("SIGTERM");
    assertEquals((await server.end()).code, 0);
  },
});

test({
  name: "operator: a terminal that closes drains it; exit 0",
  ignore: ignore || !hasTmux,
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "zillions-" });
    const address = freeAddress();
    const words = [...COMMAND, "-v", formatAddress(address)];
    // The shell outlives the terminal, to say how the server ended.
    await Deno.writeTextFile(
      `${directory}/run`,
      `trap '' HUP\n${words.map((word) => `'${word}'`).join(" ")}\n` +
        `echo $? > ${directory}/code.new\nmv ${directory}/code.new ${directory}/code\n`,
    );
    const terminal = await Terminal.open(["sh", `${directory}/run`]);
    using peer = await joinSoon(address);
    const texts = Array.from({ length: 10_000 }, (_, n) => numbered(n, 200));
    for (let n = 0; n < texts.length; n += 100) {
      await peer.say(...texts.slice(n, n + 100));
    }
    assertEquals(await peer.hear(), texts[0]);
    await terminal[Symbol.asyncDispose]();
    const heard = await peer.hearAll();
    assertEquals(heard, texts.slice(1, 1 + heard.length));
    await peer.hangUp();
    let code: string | undefined;
    while (code === undefined) {
      code = await Deno.readTextFile(`${directory}/code`).catch(() =>
        undefined
      );
    }
    assertEquals(code, "0\n");
    await Deno.remove(directory, { recursive: true });
  },
});

test({
  name: "operator: closed and full streams change nothing; exit 0",
  ignore,
  async fn() {
    for (
      const redirection of [
        ">&-",
        "2>&-",
        ">&- 2>&- <&-",
        ...Deno.build.os === "linux" ? [">/dev/full", "2>/dev/full"] : [],
      ]
    ) {
      const address = freeAddress();
      const child = spawn([
        ...redirected(redirection, "-v", "--stats=0.01"),
        formatAddress(address),
      ], { stdin: "null", stdout: "null", stderr: "null" });
      await assertServesMany(address);
      child.kill("SIGTERM");
      assertEquals((await inTime(child.status)).code, 0, redirection);
    }
  },
});

test({
  name: "operator: readers that leave after one line change nothing; exit 0",
  ignore,
  async fn() {
    const address = freeAddress();
    const child = spawn(
      [...COMMAND, "-v", "--stats=0.01", formatAddress(address)],
      { stdin: "null", stdout: "piped", stderr: "piped" },
    );
    for (const stream of [child.stdout, child.stderr]) {
      const reader = stream.getReader();
      assert((await reader.read()).value);
      await reader.cancel();
    }
    await assertServesMany(address);
    child.kill("SIGTERM");
    assertEquals((await inTime(child.status)).code, 0);
  },
});

test({
  name:
    "operator: streams that nobody reads, full to the brim, hold up neither clients nor the end; exit 0",
  ignore,
  async fn() {
    const address = freeAddress();
    // What fills both pipes comes before the server, and again from the server.
    const fill =
      `head -c 65536 /dev/zero; head -c 65536 /dev/zero >&2; exec "$@"`;
    const child = spawn([
      ...["sh", "-c", fill, "sh", ...COMMAND],
      ...["-v", "--stats=0.001", formatAddress(address)],
    ], { stdin: "null", stdout: "piped", stderr: "piped" });
    {
      using peer = await joinSoon(address);
      for (let n = 0; n < 1000; n++) {
        using other = await Peer.connect(address);
        await other.hangUp();
        await other.hearAll();
      }
      await assertServes(peer);
      await peer.hangUp();
      await peer.hearAll();
    }
    child.kill("SIGTERM");
    assertEquals((await inTime(child.status)).code, 0);
    await child.stdout.cancel();
    await child.stderr.cancel();
  },
});

test("operator: started twice on one port, the second says so, and the first goes on", async () => {
  await using server = await Command.start(freeAddress(), COMMAND);
  using peer = await Peer.join(server.address);
  const address = formatAddress(server.address);
  const { code, stdout, stderr } = await run([...COMMAND, address]);
  assertEquals([code, stdout], [1, ""]);
  assertEquals(
    stderr,
    `zillions: cannot listen on ${address}: the port is taken\n`,
  );
  await assertServes(peer);
});

test("operator: counts that are asked for once a day come at the end alone", async () => {
  await using server = await Command.start(freeAddress(), [
    ...COMMAND,
    "--stats=86400",
    "--stall-timeout=86400",
  ]);
  using peer = await Peer.join(server.address);
  await assertServes(peer);
  await peer.hangUp();
  await peer.hearAll();
  server.kill("SIGTERM");
  assertMatch((await server.end()).stderr, /^zillions: clients=0 .*$/);
});
