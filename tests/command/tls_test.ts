/** The command with a certificate: TLS for clients and the page, renewed without a gap. */
import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { TlsListener } from "../../lib/command/tls_listener.ts";
import { serve } from "../../lib/server/serve.ts";
import { encode } from "../../lib/wire/frame.ts";
import { formatAddress } from "../../lib/wire/address.ts";
import { inTime } from "../support/eventually.ts";
import { Command, freeAddress, ours, run } from "../support/command.ts";
import { stick, until } from "../support/server.ts";
import { CERT, KEY, NEXT_CERT, NEXT_KEY, ODD, WEAK } from "../support/tls.ts";
import { test } from "../support/test.ts";

const ignore = Deno.build.os === "windows";

/** A directory with a certificate and its key in it. */
class Files implements Disposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "zillions-" });
  readonly options = [
    `--tls-cert=${this.directory}/cert.pem`,
    `--tls-key=${this.directory}/key.pem`,
  ];

  constructor(cert = CERT, key = KEY) {
    this.write(cert, key);
  }

  write(cert: string, key: string): void {
    Deno.writeTextFileSync(`${this.directory}/cert.pem`, cert);
    Deno.writeTextFileSync(`${this.directory}/key.pem`, key);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.directory, { recursive: true });
  }
}

const COMMAND = ours("--allow-net", "--allow-read");

function connect(port: number, ...certs: string[]): Promise<Deno.TlsConn> {
  const caCerts = certs.length > 0 ? certs : [CERT];
  return Deno.connectTls({ hostname: "localhost", port, caCerts });
}

/** Sends a message and waits for it. */
async function echo(socket: Deno.TlsConn, text = "hello"): Promise<void> {
  const frame = encode(text);
  await socket.write(frame);
  const buffer = new Uint8Array(1024);
  let received = "";
  while (!received.includes(text)) {
    const read = await inTime(socket.read(buffer), "bytes");
    assert(read !== null, "the connection has ended");
    received += new TextDecoder().decode(buffer.subarray(0, read));
  }
}

test("command: --tls-cert and --tls-key make it speak TLS, the page too, the monitor not", async () => {
  using files = new Files();
  const web = freeAddress();
  const monitor = formatAddress(freeAddress());
  await using server = await Command.start(freeAddress(), [
    ...COMMAND,
    ...files.options,
    `--web=${formatAddress(web)}`,
    `--monitor=${monitor}`,
  ]);
  assertMatch(
    await server.logLine() ?? "",
    /the chat page is at https:\/\/127\.0\.0\.1:/,
  );
  using client = await connect(server.address.port);
  await echo(client);
  using page = Deno.createHttpClient({ caCerts: [CERT] });
  const url = `https://localhost:${web.port}/`;
  const response = await fetch(url, { client: page });
  assertEquals(response.status, 200);
  assertMatch(await response.text(), /<!doctype html>/i);
  const health = await fetch(`http://${monitor}/healthz`);
  assertEquals(await health.text(), "ok\n");
  using socket = await connect(web.port);
  await socket.write(new TextEncoder().encode(
    `GET /ws HTTP/1.1\r\nhost: localhost:${web.port}\r\norigin: https://localhost:${web.port}\r\n` +
      "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n" +
      "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  ));
  const buffer = new Uint8Array(1024);
  const read = await inTime(socket.read(buffer), "bytes");
  const answer = new TextDecoder().decode(buffer.subarray(0, read!));
  assertMatch(answer, /^HTTP\/1\.1 101 /);
  await client.closeWrite();
  assertEquals(await inTime(client.read(buffer), "the end"), null);
});

test({
  name:
    "command: SIGHUP renews the certificate, refuses nobody meanwhile, and keeps the old one if the files are bad",
  ignore,
  async fn() {
    using files = new Files();
    const web = freeAddress();
    await using server = await Command.start(freeAddress(), [
      ...COMMAND,
      "-v",
      `--web=${formatAddress(web)}`,
      ...files.options,
    ]);
    const { port } = server.address;
    using before = await connect(port);
    await echo(before);
    const connecting = { on: true, count: 0 };
    const connections = (async () => {
      while (connecting.on) {
        using socket = await connect(port, CERT, NEXT_CERT);
        await echo(socket);
        connecting.count++;
      }
    })();
    const hangUp = async (pattern: RegExp) => {
      server.kill("SIGHUP");
      for (let line = ""; !pattern.test(line);) {
        line = await server.logLine() ?? assert(false, `${pattern}`)!;
      }
    };
    files.write(NEXT_CERT, NEXT_KEY);
    await hangUp(/read the certificate again/);
    using after = await connect(port, NEXT_CERT);
    await echo(after);
    using page = await connect(web.port, NEXT_CERT);
    await page.handshake();
    await assertRejects(async () => {
      using old = await connect(port, CERT);
      await echo(old);
    }, Error);
    const bad: [string, string, RegExp][] = [
      ["junk", NEXT_KEY, /kept .*: the certificate cannot be read as PEM/],
      [NEXT_CERT, "junk", /kept .*: the key cannot be read as PEM/],
      [CERT, NEXT_KEY, /kept .*: the key is not the certificate's/],
      [...WEAK, /kept .*: the certificate cannot be used: key too small$/],
      [...ODD, /kept .*: the key is secp256k1: it is one of rsa, /],
    ];
    for (const [cert, key, error] of bad) {
      files.write(cert, key);
      await hangUp(error);
      using socket = await connect(port, NEXT_CERT);
      await echo(socket);
    }
    connecting.on = false;
    await connections;
    assert(connecting.count > 0);
    await echo(before, "still the first");
    server.kill("SIGTERM");
    const { code } = await server.end();
    assertEquals(code, 0);
  },
});

test("command: what is wrong with a certificate is one line; exit 1, or 2", async () => {
  using files = new Files(CERT, NEXT_KEY);
  const [cert, key] = files.options;
  const missing = `--tls-cert=${files.directory}/missing`;
  const cases: [string[], string[], number, RegExp][] = [
    [["--allow-net", "--allow-read"], [cert!, key!], 1, /the key is not the/],
    [
      ["--allow-net"],
      [cert!, key!],
      1,
      /cannot read the file of --tls-cert, .*", run again with the --allow-read flag$/,
    ],
    [
      ["--allow-net", "--allow-read"],
      [missing, key!],
      1,
      /cannot read the file of --tls-cert, .*: No such file/,
    ],
    [["--allow-net"], [cert!], 2, /--tls-cert does nothing without --tls-key/],
    [["--allow-net"], [key!], 2, /--tls-key does nothing without --tls-cert/],
  ];
  for (const [permissions, options, exit, error] of cases) {
    const { code, stderr } = await run(
      [...ours(...permissions), ...options, "127.0.0.1:0"],
    );
    assertEquals(code, exit, stderr);
    assertMatch(stderr, new RegExp(`^zillions: .*${error.source}`, "m"));
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  }
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  files.write(CERT, KEY);
  const { code, stderr } = await run(
    [...COMMAND, ...files.options, formatAddress(taken.addr)],
  );
  assertEquals([code, /the port is taken\n$/.test(stderr)], [1, true]);
});

/** A server on a TLS listener. */
function serveTls(options = {}) {
  const listener = new TlsListener(
    Deno.listen({ hostname: "127.0.0.1", port: 0 }),
    { cert: CERT, key: KEY },
  );
  const errors: unknown[] = [];
  const onError = (error: unknown) => errors.push(error);
  return { server: serve({ listener, onError, ...options }), errors };
}

test("TlsListener: clients chat, end their side, lag and stall as on other listeners", async () => {
  const { server, errors } = serveTls({ stallTimeout: 500 });
  const { port } = server.addr;
  using a = await connect(port);
  await echo(a, "a is here");
  {
    using stuck = await connect(port);
    await echo(stuck, "b is here");
    const reading = (async () => {
      const buffer = new Uint8Array(64 * 1024);
      while (await a.read(buffer) !== null);
    })();
    await stick(server);
    await until(server, (server) => server.stats().disconnected.stalled === 1);
    await a.closeWrite();
    await reading;
  }
  await until(server, (server) => server.stats().disconnected.ended === 1);
  using c = await connect(port);
  await echo(c, "c is here");
  const ended = server.shutdown();
  assertEquals(await c.read(new Uint8Array(1)), null);
  await c.closeWrite();
  await ended;
  assertEquals(server.stats().disconnected.drained, 1);
  assertEquals(errors, []);
});

test("TlsListener: who speaks no TLS, says nothing or vanishes, costs nobody anything", async () => {
  const { server, errors } = serveTls({ drainTimeout: 50 });
  const { port } = server.addr;
  const address = { hostname: "127.0.0.1", port };
  for (const greeting of ["GET / HTTP/1.0\r\n\r\n", "\x16\x03\x01", ""]) {
    using rude = await Deno.connect(address);
    await rude.write(new TextEncoder().encode(greeting));
  }
  using silent = await Deno.connect(address);
  using witness = await connect(port);
  await echo(witness);
  {
    using vanishes = await connect(port);
    await echo(vanishes, "a");
  }
  // The silent one and the witness are left.
  await until(server, (server) => server.stats().clients === 2);
  await echo(witness, "still here");
  const ended = server.shutdown();
  assertEquals(await silent.read(new Uint8Array(1)).catch(() => null), null);
  await witness.closeWrite();
  await ended;
  assertEquals(errors, []);
});

test("TlsListener: who never speaks is a client, does not hold up the end, and a refused one keeps no descriptor", async () => {
  const { server } = serveTls({ maxClients: 1, drainTimeout: 50 });
  const address = { hostname: "127.0.0.1", port: server.addr.port };
  using silent = await Deno.connect(address);
  await until(server, (server) => server.stats().clients === 1);
  using refused = await Deno.connect(address);
  assertEquals(await refused.read(new Uint8Array(1)), null);
  await server.shutdown();
  assertEquals(await silent.read(new Uint8Array(1)), null);
  assertEquals(server.stats().disconnected.drained, 1); // nothing waited for it
});
