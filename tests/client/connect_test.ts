import { assert, assertEquals, assertRejects } from "@std/assert";
import { connect } from "../../lib/client/connect.ts";
import { serve } from "../../lib/server/serve.ts";
import { describeType } from "../../lib/wire/bytes.ts";
import { formatAddress } from "../../lib/wire/address.ts";
import { inTime } from "../support/eventually.ts";
import { freeAddress } from "../support/command.ts";
import { isPending } from "../support/jitter.ts";
import { test } from "../support/test.ts";
import { CERT, KEY } from "../support/tls.ts";

Deno.test.sanitizer({ ops: true, resources: true });

const text = (body: Uint8Array) => new TextDecoder().decode(body);

test("connect() reads an address as text", async () => {
  await using server = serve({ port: 0 });
  using client = await connect(formatAddress(server.addr));
  await client.send("hello");
  for await (const body of client) {
    assertEquals(text(body), "hello");
    break;
  }
});

test("connect() rejects with what is wrong", async () => {
  await assertRejects(() => connect("nowhere"), TypeError, "has no port");
  await assertRejects(() => connect("a:65536"), RangeError, "65535");
  for (const wrong of [undefined, null, 8080, {}, { port: 8080 }, new Set()]) {
    await assertRejects(
      () => connect(wrong as unknown as string),
      TypeError,
      `Cannot connect to ${describeType(wrong)}: an address is text, or has`,
    );
  }
  await assertRejects(
    () => connect(freeAddress()),
    Deno.errors.ConnectionRefused,
  );
  await assertRejects(
    () => connect(freeAddress(), { signal: AbortSignal.abort() }),
    DOMException,
  );
});

test("connect() tries the next of several addresses when a server is not there, and says so", async () => {
  await using server = serve({ port: 0 });
  const missing = [freeAddress(), freeAddress()];
  const unavailable: [string, boolean][] = [];
  const options = {
    onUnavailable: (address: string, error: unknown) =>
      unavailable.push([
        address,
        error instanceof Deno.errors.ConnectionRefused,
      ]),
  };
  {
    using client = await connect([...missing, server.addr], options);
    assertEquals(client.address, formatAddress(server.addr));
  }
  const names = missing.map((address) => formatAddress(address));
  assertEquals(unavailable, names.map((name) => [name, true]));
  await assertRejects(
    () => connect(names, options),
    Deno.errors.ConnectionRefused,
  );
  assertEquals(unavailable.length, 3); // the last one's error is thrown
  await assertRejects(() => connect([names[0]!, "nowhere"]), TypeError);
  await assertRejects(() => connect([]), TypeError, "there is no address");
  await assertRejects(
    () => connect(names, { ...options, signal: AbortSignal.abort() }),
    DOMException,
  );
  assertEquals(unavailable.length, 3);
});

test("connect() talks TLS, and gives up a handshake when the signal aborts", async () => {
  const listener = Deno.listenTls({
    hostname: "127.0.0.1",
    port: 0,
    cert: CERT,
    key: KEY,
  });
  await using server = serve({ listener });
  const address = `tls://localhost:${server.addr.port}`;
  {
    using client = await connect(address, { caCerts: [CERT] });
    await client.send("hello");
    await client.closeWrite();
    assertEquals((await Array.fromAsync(client)).map(text), ["hello"]);
  }
  await assertRejects(() => connect(address), Deno.errors.InvalidData);
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { signal, abort } = (() => {
    const controller = new AbortController();
    return { signal: controller.signal, abort: () => controller.abort() };
  })();
  const connecting = connect(`tls://localhost:${silent.addr.port}`, { signal });
  using _socket = await inTime(silent.accept(), "a client");
  assert(await isPending(connecting));
  abort();
  await assertRejects(() => connecting, DOMException);
});

test({
  name: "connect() talks to a Unix socket",
  ignore: Deno.build.os === "windows",
  async fn() {
    const directory = await Deno.makeTempDir({ prefix: "zillions-" });
    const path = `${directory}/socket`;
    {
      const listener = Deno.listen({ transport: "unix", path });
      await using _server = serve({ listener });
      using client = await connect(`unix:${path}`);
      await client.send("hello");
      await client.closeWrite();
      assertEquals((await Array.fromAsync(client)).map(text), ["hello"]);
    }
    await Deno.remove(directory, { recursive: true });
    await assertRejects(() => connect("unix:"), TypeError, "no path");
  },
});

test("connect() waits no longer than the time-out for a server, and tries the next", async () => {
  await using server = serve({ port: 0 });
  using silent = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `tls://${formatAddress(silent.addr)}`;
  await assertRejects(
    () => connect(address, { timeout: 200 }),
    Deno.errors.TimedOut,
    "No answer within 0.2 s",
  );
  const errors: unknown[] = [];
  using client = await connect([address, server.addr], {
    timeout: 200,
    onUnavailable: (_, error) => errors.push(error),
  });
  assertEquals(client.address, formatAddress(server.addr));
  assert(errors[0] instanceof Deno.errors.TimedOut);
  for (const timeout of [0, -1, 0.5, NaN, 2 ** 31, "5" as unknown as number]) {
    await assertRejects(() => connect(address, { timeout }), RangeError);
  }
});

test("connect() leaves nothing behind when the certificates to trust are none", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const address = `tls://${formatAddress(listener.addr)}`;
  const begin = "-----BEGIN CERTIFICATE-----";
  const damaged = `${begin}\nAAAA\n${begin.replace("BEGIN", "END")}\n`;
  await assertRejects(
    () => connect(address, { caCerts: [damaged] }),
    Error,
    "BadEncoding",
  );
});

test({
  name:
    "connect() does not connect to a Unix socket when it was given up before",
  ignore: Deno.build.os === "windows",
  async fn() {
    await assertRejects(
      () => connect("unix:/nowhere", { signal: AbortSignal.abort() }),
      DOMException,
    );
  },
});
