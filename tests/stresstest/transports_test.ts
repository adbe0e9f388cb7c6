/** The tester connects to every kind of address that a server has, alone and mixed. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { serve, type Server } from "../../lib/server/serve.ts";
import { serveWeb } from "../../lib/web/serve_web.ts";
import { CERT, KEY } from "../support/tls.ts";
import { path } from "../support/script.ts";
import { test } from "../support/test.ts";
import { broken, OURS, outcome, tester } from "./servers.ts";

const ignore = Deno.build.os === "windows";

/** Servers of one hub, one for each kind of address. */
class Servers implements AsyncDisposable {
  readonly folder = Deno.makeTempDirSync({ prefix: "zillions-" });
  readonly certificate = `${this.folder}/cert.pem`;
  readonly key = `${this.folder}/key.pem`;
  readonly #hub = new Hub();
  readonly #servers: Server<Deno.Addr>[] = [];

  constructor() {
    Deno.writeTextFileSync(this.certificate, CERT);
    Deno.writeTextFileSync(this.key, KEY);
  }

  /** Starts one at each kind of address, and returns the addresses. */
  async start() {
    const hub = this.#hub;
    const tls = () =>
      Deno.listenTls({ hostname: "127.0.0.1", port: 0, cert: CERT, key: KEY });
    const path = `${this.folder}/socket`;
    const tcp = serve({ port: 0, hub });
    const encrypted = serve({ listener: tls(), hub });
    const unix = Deno.listen({ transport: "unix", path });
    this.#servers.push(tcp, encrypted, serve({ listener: unix, hub }));
    const web = await serveWeb(tcp, { port: 0 });
    const secure = await serveWeb(encrypted, { listener: tls() });
    return {
      tcp: `127.0.0.1:${tcp.addr.port}`,
      tls: `tls://localhost:${encrypted.addr.port}`,
      unix: `unix:${path}`,
      ws: `ws://127.0.0.1:${web.addr.port}/ws`,
      wss: `wss://localhost:${secure.addr.port}/ws`,
    };
  }

  /** Bytes that the clients of each server have received. */
  get received(): number[] {
    return this.#servers.map((server) => server.stats().bytesOut);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of this.#servers) await server[Symbol.asyncDispose]();
    await Deno.remove(this.folder, { recursive: true });
  }
}

/** Whether the tester passes a server. */
async function assertPasses(...args: string[]): Promise<void> {
  const { code, stdout, stderr } = await outcome(tester(...args));
  assertEquals([code, stderr], [0, ""], stdout);
  assertMatch(stdout, /\npassed: every verdict held\n$/);
}

const LOAD = "--rate 2000 --count 400 -s 3 -r 1 --max-lost 0".split(" ");
const REFERENCE = "-m 20 -r 1".split(" ");

test({
  name:
    "stresstest passes a server by TLS, by a Unix socket and by WebSockets, in each mode",
  ignore,
  async fn() {
    await using servers = new Servers();
    const { tls, unix, wss } = await servers.start();
    const trust = ["--tls-ca", servers.certificate];
    await assertPasses(...trust, ...LOAD, tls);
    await assertPasses(...trust, ...REFERENCE, tls);
    await assertPasses(...LOAD, unix);
    await assertPasses(...REFERENCE, unix);
    await assertPasses(...trust, ...LOAD, wss);
  },
});

test({
  name: "stresstest judges one order across all kinds of addresses at once",
  ignore,
  async fn() {
    await using servers = new Servers();
    const all = Object.values(await servers.start()).join(",");
    await assertPasses(
      "--tls-ca",
      servers.certificate,
      ...LOAD,
      "-s",
      "8",
      all,
    );
    await assertPasses("--tls-ca", servers.certificate, ...REFERENCE, all);
    assert(servers.received.every((bytes) => bytes > 0));
  },
});

test({
  name: "stresstest starts servers that speak TLS or listen on a Unix socket",
  ignore,
  async fn() {
    await using servers = new Servers();
    const { certificate, key, folder } = servers;
    const encrypted = OURS.replace("--allow-net", "--allow-net --allow-read") +
      ` --tls-cert ${certificate} --tls-key ${key}`;
    const trust = ["--tls-ca", certificate];
    await assertPasses("-a", "tls://127.0.0.1:0", ...trust, ...LOAD, encrypted);
    const local = broken("sound").replace("--allow-net", "-A");
    // The second start finds the socket that the first has left.
    await assertPasses("-a", `unix:${folder}/s`, ...LOAD, "-r", "2", local);
  },
});

test({
  name:
    "stresstest says what is wrong with an address, a certificate or a socket",
  ignore,
  async fn() {
    await using servers = new Servers();
    const { tls, unix } = await servers.start();
    const refused = async (...args: string[]) => {
      const { code, stderr } = await outcome(tester(...args));
      return [code, stderr.replaceAll(/:\d+/g, ":PORT")];
    };
    assertEquals(await refused(tls), [
      1,
      "stresstest: Cannot test tls://localhost:PORT: its certificate is not trusted: UnknownIssuer; see --tls-ca\n",
    ]);
    assertEquals(await refused("unix:/no/such/socket"), [
      1,
      "stresstest: Cannot test unix:/no/such/socket: there is no such socket\n",
    ]);
    assertEquals(await refused("-a", unix, broken("sound")), [
      1,
      `stresstest: Cannot test at ${unix}: the address is taken\n`,
    ]);
    for (const file of ["/no/such/file", path("README.md")]) {
      assertEquals(await refused("--tls-ca", file, tls), [
        2,
        `stresstest: --tls-ca is the name of a file with a certificate as PEM, not "${file}"\n`,
      ]);
    }
  },
});
