/** The packages are what the room takes them for, in Deno and in Node. */
import type * as Core from "npm:@nats-io/nats-core@^3.4.0";
import type * as Internal from "npm:@nats-io/nats-core@^3.4.0/internal";
import type * as JetStream from "npm:@nats-io/jetstream@^3.4.0";
import type * as Transport from "npm:@nats-io/transport-node@^3.4.0/lib/node_transport.js";
import { assertEquals } from "@std/assert";
import type {
  NatsConnectOptions,
  NatsInternals,
  NatsPackages,
} from "../../lib/nats/packages.ts";
import { run } from "../support/command.ts";
import { test } from "../support/test.ts";
import { engineTest, NatsServer } from "./nats_server.ts";

/** Their types hold against ours: this is checked, not run. */
export const packages = (
  core: typeof Core,
  internal: typeof Internal,
  transport: typeof Transport,
  jetstream: typeof JetStream,
): NatsPackages => ({ core, internal, transport, jetstream });

/** What is used of a connection besides. */
export const internals = (it: Internal.NatsConnectionImpl): NatsInternals => it;

/** What a connection is given; authenticators are the packages' own. */
export const options = (
  ours: Omit<NatsConnectOptions, "authenticator">,
): Core.ConnectionOptions => ours;

const ROOT = new URL("../..", import.meta.url);

/** Whether there is a Node with what the room uses of the language. */
const hasNode = await (async () => {
  try {
    const { stdout } = await run(["node", "--version"]);
    return Number(stdout.match(/^v(\d+)/)?.[1]) >= 22;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
})();
const ignore = !hasNode;

/** Runs a program in Node, with packages from Deno's cache. */
async function runInNode(packages: string[], url: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "zillions-node-" });
  try {
    const program = `${folder}/program.mjs`;
    const { code, stderr } = await run([
      ...[Deno.execPath(), "bundle", "--quiet", "--platform=deno"],
      ...["--output", program, "tests/nats/in_node.ts"],
    ]);
    assertEquals(code, 0, stderr);
    for (const name of packages) await install(folder, name);
    const { stdout, stderr: errors } = await run(["node", program, url]);
    assertEquals(errors, "");
    return stdout.trim();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Copies a package that the lock names, and those that it needs. */
async function install(folder: string, name: string): Promise<void> {
  const { npm } = JSON.parse(
    await Deno.readTextFile(new URL("deno.lock", ROOT)),
  );
  const key = Object.keys(npm).find((key) => key.startsWith(`${name}@`))!;
  const { stdout } = await run([Deno.execPath(), "info", "--json"]);
  const { npmCache } = JSON.parse(stdout);
  const [registry] = await Array.fromAsync(Deno.readDir(npmCache));
  const version = key.slice(name.length + 1);
  const target = `${folder}/node_modules/${name}`;
  await Deno.mkdir(target, { recursive: true });
  await run([
    ...["cp", "-r"],
    `${npmCache}/${registry!.name}/${name}/${version}/.`,
    target,
  ]);
  for (const needed of npm[key].dependencies ?? []) {
    await install(folder, needed.replace(/@[^@/]*$/, ""));
  }
}

test("joinRoom() in Node without the packages says how to install them", {
  ignore,
}, async () => {
  assertEquals(
    await runInNode([], "nats://127.0.0.1:1"),
    "Error: Cannot load the packages for NATS: install them with npm install @nats-io/jetstream@3 @nats-io/nats-core@3 @nats-io/transport-node@3",
  );
});

engineTest(
  "joinRoom() in Node joins with the packages that are installed",
  { ignore },
  async () => {
    await using engine = await NatsServer.start();
    const packages = ["jetstream", "nats-core", "transport-node"];
    assertEquals(
      await runInNode(packages.map((name) => `@nats-io/${name}`), engine.url),
      "from Node",
    );
  },
);
