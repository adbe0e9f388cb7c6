/** The client in a pipe, as a process, against our server and against bad ones. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { type AddressInfo, createServer } from "node:net";
import config from "../../../deno.json" with { type: "json" };
import { TruncatedFrameError } from "../../../lib/client/client.ts";
import { connect } from "../../../lib/client/connect.ts";
import { serve } from "../../../lib/server/serve.ts";
import { escape } from "../../../lib/wire/escape.ts";
import { LineWriter } from "../../../lib/cli/line_writer.ts";
import { pipe } from "../../../lib/client/chat/pipe.ts";
import { Chunks } from "../../support/bytes.ts";
import { formatAddress } from "../../../lib/wire/address.ts";
import { freeAddress, inTime, spawn } from "../../support/command.ts";
import { macrotask } from "../../support/jitter.ts";
import { script } from "../../support/script.ts";
import { until } from "../../support/server.ts";
import { CERT, KEY } from "../../support/tls.ts";
import { command, feed, play, readAll, run, start, texts } from "./support.ts";
import { test } from "../../support/test.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const utf8 = new TextEncoder();

test("client sends lines and prints messages", async () => {
  await using server = serve({ port: 0 });
  const ended = await run(server.addr, "hello\n\ntwo  words \r\n天地\nlast");
  assertEquals(ended, {
    code: 0,
    out: "hello\n\ntwo  words \r\n天地\nlast\n",
    err: "",
  });
});

test("client sends nothing for no input", async () => {
  await using server = serve({ port: 0 });
  assertEquals(await run(server.addr, ""), { code: 0, out: "", err: "" });
  assertEquals(server.hub.broadcasts, 0);
});

test("client sends bytes as they are and says what is not UTF-8", async () => {
  await using server = serve({ port: 0 });
  using other = await connect(server.addr);
  const bodies = [[0xff], [0xc3, 0xa9], [0xc3], [0xed, 0xa0, 0x80], [0x0d]];
  const input = bodies.flatMap((body) => [...body, 0x0a]);
  const ended = await run(server.addr, Uint8Array.from(input));
  const note = "[received non-utf8 data]";
  assertEquals(ended.out, `${note}\né\n${note}\n${note}\n\r\n`);
  const received = [];
  for await (const body of other) {
    received.push([...body]);
    if (received.length === bodies.length) break;
  }
  assertEquals(received, bodies);
});

test("client refuses a line of more than 255 bytes and goes on", async () => {
  await using server = serve({ port: 0 });
  const most = "é".repeat(127) + "x";
  const ended = await run(
    server.addr,
    `before\n${most}y\n${most}\n${"z".repeat(1_000_000)}`,
  );
  assertEquals(ended, {
    code: 3,
    out: `before\n${most}\n`,
    err: "client: line 2 is not sent: it has 256 bytes, 255 is the most\n" +
      "client: line 4 is not sent: it has 1000000 bytes, 255 is the most\n",
  });
});

test("client loses and reorders nothing of a large input", async () => {
  await using server = serve({ port: 0 });
  let input = "";
  for (let i = 0; i < 60_000; i++) input += `${i} ${"x".repeat(i % 97)}\n`;
  const ended = await run(server.addr, input);
  assert(ended.out === input, "the output is not the input");
  assertEquals([ended.code, ended.err], [0, ""]);
});

test("pipe() shows texts as it is told, for an output that is a terminal", async () => {
  await using server = serve({ port: 0 });
  using client = await connect(server.addr);
  const input = new Chunks([Uint8Array.of(0x1b, 0x5b, 0x0a, 0x9b, 0x0a)]);
  let out = "";
  const output = new LineWriter({
    write(bytes) {
      out += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.length);
    },
  });
  const onOverlong = () => assert(false);
  assert(await pipe({ client, input, output, show: escape, onOverlong }));
  assertEquals(out, "␛[\n[received non-utf8 data]\n");
});

test("pipe() prints what came before the connection was lost", async () => {
  const { address, played } = play(async (socket) => {
    await socket.write(utf8.encode("\x03one\x05half"));
  });
  using client = await connect(address);
  let out = "";
  const output = new LineWriter({
    async write(bytes) {
      for (let n = 0; n < 10; n++) await macrotask(); // slower than the loss
      out += new TextDecoder().decode(bytes);
      return bytes.length;
    },
  });
  const input = new Chunks([]);
  const onOverlong = () => assert(false);
  await assertRejects(
    () => pipe({ client, input, output, onOverlong }),
    TruncatedFrameError,
  );
  assertEquals(out, "one\n");
  await inTime(played);
});

test("client holds its input back while its output is stuck", async () => {
  await using server = serve({ port: 0 });
  const client = start(`127.0.0.1:${server.addr.port}`);
  let taken = 0;
  // More than the hub holds, so that some would be lost if all were sent.
  const line = utf8.encode(`${"x".repeat(255)}\n`);
  const piece = concat(Array.from({ length: 256 }, () => line));
  const input = client.stdin.getWriter();
  const feeding = (async () => {
    for (; taken < 400; taken++) await input.write(piece);
    await input.close();
  })();
  // A pipe holds 64 KiB and sockets a few MiB: the input stops before its end.
  for (let before = -1; before !== taken || taken === 0;) {
    before = taken;
    for (let i = 0; i < 200; i++) await connected(server.addr);
  }
  assert(taken < 400, "all of the input was taken");
  let received = 0;
  for await (const chunk of client.stdout) received += chunk.length;
  await feeding;
  assertEquals(received, 400 * piece.length);
  assertEquals(server.stats().dropped, 0);
  assertEquals((await inTime(client.status)).code, 0);
  await client.stderr.cancel();
});

test("client prints what arrives after its input has ended", async () => {
  const { address, played } = play(async (socket) => {
    assertEquals(await readAll(socket), utf8.encode("\x02hi"));
    await socket.write(utf8.encode("\x05later\x04late"));
  });
  assertEquals(await run(address, "hi"), {
    code: 0,
    out: "later\nlate\n",
    err: "",
  });
  await inTime(played);
});

test("client fails in one line when there is no server", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `127.0.0.1:${listener.addr.port}`;
  listener.close();
  assertEquals(await run(address, "hi\n"), {
    code: 1,
    out: "",
    err: `client: cannot connect to ${address}: Connection refused\n`,
  });
});

test("client fails in one line when the server ends before the input", async () => {
  const { address, played } = play(async (socket) => {
    await socket.write(utf8.encode("\x03bye"));
  });
  const client = start(address);
  const output = await inTime(client.output());
  assertEquals({ code: output.code, ...texts(output) }, {
    code: 1,
    out: "bye\n",
    err: `client: ${address} ended the connection before the input ended\n`,
  });
  await client.stdin.close().catch(() => {});
  await inTime(played);
});

test("client fails in one line when the connection ends inside a message", async () => {
  const { address, played } = play(async (socket) => {
    await readAll(socket);
    await socket.write(utf8.encode("\x03one\x05half"));
  });
  assertEquals(await run(address, ""), {
    code: 1,
    out: "one\n",
    err: `client: lost ${address}: the connection ended inside a message\n`,
  });
  await inTime(played);
});

test("client fails in one line when the connection is reset", async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const resetter = createServer((socket) => {
    socket.once("data", () => {
      socket.resetAndDestroy();
      resetter.close(() => resolve());
    });
  });
  await new Promise<void>((listening) =>
    resetter.listen(0, "127.0.0.1", listening)
  );
  const address = `127.0.0.1:${(resetter.address() as AddressInfo).port}`;
  const { code, out, err } = await run(address, "hi\n");
  assertEquals([code, out], [1, ""]);
  assertMatch(
    err,
    /^client: lost 127\.0\.0\.1:\d+: Connection reset by peer\n$/,
  );
  await promise;
});

test({
  name: "client fails in one line when its input or output does",
  ignore: Deno.build.os !== "linux", // it has a device that is always full
  async fn() {
    await using server = serve({ port: 0 });
    const client = command(`127.0.0.1:${server.addr.port}`);
    const cases = {
      "< /": "cannot read the input: Is a directory",
      "> /dev/full": "cannot write the output: No space left on device",
    };
    for (const [redirection, error] of Object.entries(cases)) {
      const script = `echo hi | (exec "$@" ${redirection})`;
      const shell = new Deno.Command("sh", {
        args: ["-c", script, "sh", ...client],
      });
      const output = await inTime(shell.output());
      assertEquals({ code: output.code, ...texts(output) }, {
        code: 1,
        out: "",
        err: `client: ${error}\n`,
      });
    }
  },
});

test({
  name: "client keeps its exit code and its way when its streams are full",
  ignore: Deno.build.os !== "linux",
  async fn() {
    await using server = serve({ port: 0 });
    const address = `127.0.0.1:${server.addr.port}`;
    const overlong = "x".repeat(256);
    const cases: [string[], string, number, string, string][] = [
      [["--loud"], "2> /dev/full", 2, "", ""],
      [[address], "2> /dev/full", 3, "hi\n", ""],
      ...["--help", "--version"].map((option) =>
        [
          ...[[option], "> /dev/full", 1, ""],
          "client: cannot write the output: No space left on device\n",
        ] as [string[], string, number, string, string]
      ),
    ];
    for (const [args, redirection, code, out, err] of cases) {
      const shell = new Deno.Command("sh", {
        args: [
          "-c",
          `printf '${overlong}\\nhi\\n' | (exec "$@" ${redirection})`,
          "sh",
          ...command(...args),
        ],
      });
      const output = await inTime(shell.output());
      assertEquals({ code: output.code, ...texts(output) }, { code, out, err });
    }
  },
});

test("client fails when the server ends the connection and has sent nothing back", async () => {
  const { address, played } = play(async (socket) => {
    await readAll(socket);
  });
  const { code, out, err } = await run(address, "lost\n");
  assertEquals([code, out], [1, ""]);
  assertMatch(
    err,
    /^client: 127.0.0.1:\d+ ended the connection and has sent nothing back$/m,
  );
  await played;
});

test("client fails when a server that has too many clients refuses it", async () => {
  await using server = serve({ port: 0, maxClients: 1 });
  using _one = await connect(server.addr);
  await until(server, (server) => server.stats().clients === 1);
  const runs = await Promise.all(
    Array.from({ length: 10 }, () => run(server.addr, "lost\n")),
  );
  for (const { code, out, err } of runs) {
    assertEquals([code, out], [1, ""]);
    assertMatch(err, /^client: .+\n$/);
  }
  assertEquals(server.stats().refused, 10);
});

test("client ends quietly when nobody reads its output", async () => {
  await using server = serve({ port: 0 });
  const client = start(`127.0.0.1:${server.addr.port}`);
  await client.stdout.cancel();
  const feeding = feed(client, "a line\n".repeat(10_000));
  assertEquals((await inTime(client.status)).code, 0);
  await feeding;
  assertEquals(await new Response(client.stderr).text(), "");
});

test("client explains wrong usage in one line", async () => {
  const cases = {
    "--loud": 'unknown option "--loud"',
    "-hx": 'unknown option "-hx"',
    "a b": "one ADDRESS is enough, not 2",
    "nonsense": 'cannot read the address "nonsense": it has no port',
    "127.0.0.1": 'cannot read the address "127.0.0.1": it has no port',
    "::1:8080": 'cannot read the address "::1:8080": it is IP:PORT, with ' +
      "brackets around an IPv6 address",
    "127.0.0.1:65536":
      'cannot read the address "127.0.0.1:65536": the port is 0 to 65535',
    "--\x1b[2J": 'unknown option "--␛[2J"',
    "127.0.0.1:1,127.0.0.1":
      'cannot read the address "127.0.0.1": it has no port',
    "tls://a": 'cannot read the address "a": it has no port',
    "unix:": "cannot read the address: no path",
    "--name a:b": "--name takes 1 to 24 characters without a colon",
    [`--name ${"x".repeat(25)}`]:
      "--name takes 1 to 24 characters without a colon",
  };
  await Promise.all(
    Object.entries(cases).map(async ([args, error]) => {
      const client = start(...args.split(" "));
      await client.stdin.close();
      const output = await inTime(client.output());
      assertEquals({ code: output.code, ...texts(output) }, {
        code: 2,
        out: "",
        err:
          `client: ${error} (usage: client [OPTIONS] [ADDRESS]; see --help)\n`,
      });
    }),
  );
});

test("client tells its version and explains itself", async () => {
  const outputs = ["--version", "--help", "-h"].map(async (option) => {
    const client = start(option);
    await client.stdin.close();
    const output = await inTime(client.output());
    assertEquals([output.code, texts(output).err], [0, ""]);
    return texts(output).out;
  });
  const [version, help, short] = await Promise.all(outputs);
  assertEquals(version, `zillions ${config.version}\n`);
  assertMatch(help!, /^Usage: client \[OPTIONS\] \[ADDRESS\]\n/);
  assertEquals(short, help);
});

test("client --name puts the name before each line, and counts it", async () => {
  await using server = serve({ port: 0 });
  const most = "y".repeat(248);
  const client = start("--name=alice", formatAddress(server.addr));
  const [output] = await inTime(
    Promise.all([client.output(), feed(client, `hi\n\n${most}\n${most}z\n`)]),
  );
  assertEquals({ code: output.code, ...texts(output) }, {
    code: 3,
    out: `alice: hi\nalice: \nalice: ${most}\n`,
    err:
      "client: line 4 is not sent: it has 256 bytes, the name included, 255 is the most\n",
  });
});

test("client --listen needs no input, and prints until the server ends", async () => {
  const server = serve({ port: 0 });
  const client = start("--listen", formatAddress(server.addr));
  await client.stdin.close();
  const out = client.stdout.pipeThrough(new TextDecoderStream()).getReader();
  await until(server, (server) => server.stats().clients === 1);
  using other = await connect(server.addr);
  for (const text of ["one", "two"]) {
    await other.send(text);
    assertEquals((await inTime(out.read())).value, `${text}\n`);
  }
  const ended = server.shutdown();
  other.close();
  assertEquals((await inTime(client.status)).code, 0);
  await ended;
  assertEquals((await out.read()).done, true);
  assertEquals(await new Response(client.stderr).text(), "");
});

test("client tries the next server when one is not there, and says so", async () => {
  await using server = serve({ port: 0 });
  const missing = formatAddress(freeAddress());
  const there = formatAddress(server.addr);
  assertEquals(await run(`${missing},${there}`, "hi\n"), {
    code: 0,
    out: "hi\n",
    err:
      `client: cannot connect to ${missing}: Connection refused; trying ${there}\n`,
  });
  assertEquals(await run(`${missing},${missing}`, "hi\n"), {
    code: 1,
    out: "",
    err:
      `client: cannot connect to ${missing}: Connection refused; trying ${missing}\n` +
      `client: cannot connect to ${missing}: Connection refused\n`,
  });
});

test("client says that it connects when that takes over a second", async () => {
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `tls://${formatAddress(silent.addr)}`;
  const client = start(address);
  const err = client.stderr.pipeThrough(new TextDecoderStream()).getReader();
  {
    using _socket = await inTime(silent.accept(), "a client");
    assertEquals(
      (await inTime(err.read())).value,
      `client: connecting to ${address}\n`,
    );
  }
  assertEquals((await inTime(client.status)).code, 1);
  await Promise.all([
    client.stdin.close(),
    client.stdout.cancel(),
    err.cancel(),
  ]);
});

test("client talks TLS and trusts what --tls-ca names", async () => {
  const directory = await Deno.makeTempDir({ prefix: "zillions-" });
  const ca = `${directory}/ca.pem`;
  await Deno.writeTextFile(ca, CERT);
  const listener = Deno.listenTls({ port: 0, cert: CERT, key: KEY });
  await using _server = serve({ listener });
  const address = `tls://localhost:${listener.addr.port}`;
  const talk = async (permissions: string[], ...options: string[]) => {
    const [program, ...args] = script("lib/client/mod.ts", ...permissions);
    const client = spawn([program!, ...args, ...options, address], {
      ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
    });
    const [output] = await inTime(
      Promise.all([client.output(), feed(client, "hi\n")]),
    );
    return [output.code, texts(output).out, texts(output).err];
  };
  const both = ["--allow-net", `--allow-read=${ca}`];
  assertEquals(await talk(both, `--tls-ca=${ca}`), [0, "hi\n", ""]);
  const [code, , err] = await talk(both);
  assertEquals(code, 1);
  assertMatch(`${err}`, /^client: cannot connect to tls:.*UnknownIssuer\n$/);
  const [, , missing] = await talk(["--allow-net"], `--tls-ca=${ca}`);
  assertMatch(
    `${missing}`,
    /of --tls-ca, .*", run again with the --allow-read flag\n$/,
  );
  await Deno.writeTextFile(ca, KEY);
  assertEquals(await talk(both, `--tls-ca=${ca}`), [
    1,
    "",
    `client: the file of --tls-ca, "${ca}", has no certificate in PEM form\n`,
  ]);
  const none = `${directory}/none.pem`;
  assertEquals(await talk(["-A"], `--tls-ca=${none}`), [
    1,
    "",
    `client: cannot read the file of --tls-ca, "${none}": No such file or directory\n`,
  ]);
  await Deno.remove(directory, { recursive: true });
});

test({
  name: "client talks to a Unix socket",
  ignore: Deno.build.os === "windows",
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "zillions-" });
    const socket = `${directory}/socket`;
    {
      const listener = Deno.listen({ transport: "unix", path: socket });
      await using _server = serve({ listener });
      const [program, ...args] = script(
        "lib/client/mod.ts",
        ...[`--allow-net=unix:${socket}`, `--allow-read=${socket}`],
        `--allow-write=${socket}`,
      );
      const client = spawn([program!, ...args, `unix:${socket}`], {
        ...{ stdin: "piped", stdout: "piped", stderr: "piped" },
      });
      const [output] = await inTime(
        Promise.all([client.output(), feed(client, "hi\n")]),
      );
      assertEquals([output.code, texts(output).out], [0, "hi\n"]);
    }
    await Deno.remove(directory, { recursive: true });
  },
});

/** Lets `server` do what it can, for as long as a connection takes. */
async function connected(addr: Deno.NetAddr): Promise<void> {
  using _ = await connect(addr);
}
