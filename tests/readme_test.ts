/**
 * What the Markdown files promise: their links lead somewhere, the README is short,
 * and the examples that need files of their own run as they stand there.
 */
import { assert, assertEquals } from "@std/assert";
import { parseCommandLine } from "../lib/cli/command_line.ts";
import { COMMAND } from "../lib/command/arguments.ts";
import { encode } from "../lib/wire/frame.ts";
import { freeAddress, run } from "./support/command.ts";
import { eventually, inTime } from "./support/eventually.ts";
import { path } from "./support/script.ts";
import { codeOf, README } from "./support/server_readme.ts";
import { CERT, KEY } from "./support/tls.ts";
import { test } from "./support/test.ts";

/** Folders that are made, not written. */
const MADE = [".git", "coverage", "dist", "node_modules"];

/** A directory with one of the examples in it. */
class Example implements AsyncDisposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "zillions-" });
  readonly #name: string;
  #process: Deno.ChildProcess | undefined;

  constructor(name: string, replacements: [string, string][] = []) {
    this.#name = name;
    let code = codeOf(name);
    for (const [before, after] of replacements) {
      assert(code.includes(before), before);
      code = code.replace(before, after);
    }
    this.write(name, code);
  }

  write(name: string, text: string): void {
    Deno.writeTextFileSync(`${this.directory}/${name}`, text);
  }

  /** Runs it with the options of the command that stands in the README. */
  run(permissions: string[], args: string[] = []): void {
    this.#process = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "--quiet", "--no-prompt", "--no-check"],
        `--config=${path("deno.json")}`,
        ...permissions,
        this.#name,
        ...args,
      ],
      cwd: this.directory,
    }).spawn();
  }

  /** Tries to connect until somebody listens. */
  async connect<C>(connect: () => Promise<C>): Promise<C> {
    let ended = false;
    this.#process!.status.then(() => ended = true);
    let socket: C | undefined;
    await eventually(
      `${this.#name} to listen`,
      async () => {
        try {
          socket = await connect();
          return "a listener";
        } catch (error) {
          assert(!ended, `${this.#name} has ended: ${error}`);
          return error;
        }
      },
      () => socket !== undefined,
    );
    return socket!;
  }

  /** Ends it, and returns its exit code. */
  async end(signal: Deno.Signal): Promise<number> {
    this.#process!.kill(signal);
    return await this.ended();
  }

  /** Its exit code, when it has ended. */
  async ended(): Promise<number> {
    const { code } = await inTime(this.#process!.status, "the example to end");
    this.#process = undefined;
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#process) assertEquals(await this.end("SIGTERM"), 0);
    await Deno.remove(this.directory, { recursive: true });
  }
}

async function assertEchoes(socket: Deno.Conn): Promise<void> {
  const frame = encode("hello");
  await socket.write(frame);
  const buffer = new Uint8Array(frame.length);
  assertEquals(await socket.read(buffer), frame.length);
  assertEquals(buffer, frame);
  await socket.closeWrite();
}

const ignore = Deno.build.os === "windows";

test({
  name: "README: TLS, with the permissions that stand there",
  ignore,
  async fn() {
    const { port } = freeAddress();
    const command = "--allow-net=0.0.0.0:8443 --allow-read=cert.pem,key.pem";
    assert(README.includes(`deno run ${command} tls.ts`));
    await using example = new Example("tls.ts", [["8443", `${port}`]]);
    example.write("cert.pem", CERT);
    example.write("key.pem", KEY);
    example.run(command.replace("8443", `${port}`).split(" "));
    using socket = await example.connect(() =>
      Deno.connectTls({ hostname: "localhost", port, caCerts: [CERT] })
    );
    await assertEchoes(socket);
    assertEquals(await example.end("SIGINT"), 0);
  },
});

test({
  name: "README: a Unix socket, with the permissions that stand there",
  ignore,
  async fn() {
    assert(README.includes(
      "deno run --allow-read=$socket --allow-write=$socket --allow-net=unix:$socket unix.ts $socket",
    ));
    await using example = new Example("unix.ts");
    const socketPath = `${example.directory}/socket`;
    const run = (which: Example) =>
      which.run([
        `--allow-read=${socketPath}`,
        `--allow-write=${socketPath}`,
        `--allow-net=unix:${socketPath}`,
      ], [socketPath]);
    const connect = () =>
      example.connect(() =>
        Deno.connect({ transport: "unix", path: socketPath })
      );
    const exists = () => Deno.stat(socketPath).then(() => true, () => false);

    run(example);
    {
      using socket = await connect();
      await assertEchoes(socket);
    }
    await using second = new Example("unix.ts");
    run(second); // it says that a server listens there
    assertEquals(await second.ended(), 1);
    {
      using socket = await connect();
      await assertEchoes(socket);
    }
    await example.end("SIGKILL");
    assert(await exists());
    run(example); // the socket of a dead server is replaced
    {
      using socket = await connect();
      await assertEchoes(socket);
    }
    assertEquals(await example.end("SIGINT"), 0);
    assert(!await exists());
    example.write("socket", "a file of somebody's");
    run(example);
    assertEquals(await example.ended(), 1);
    assertEquals(await Deno.readTextFile(socketPath), "a file of somebody's");
  },
});

const hasSystemd = await run(["systemd-analyze", "--version"])
  .then(({ code }) => code === 0, () => false);

test({
  name:
    "README: the systemd unit is strict, and has a descriptor for each client",
  ignore: !hasSystemd,
  async fn() {
    const [, unit] = README.match(/```ini\n(.*?)```/s)!;
    const [, exec] = unit!.match(/^ExecStart=\S+ (.*)$/m)!;
    const parsed = parseCommandLine(exec!.split(" "), COMMAND);
    assert(typeof parsed === "object" && parsed.options.noLogTime);
    const [, descriptors] = unit!.match(/^LimitNOFILE=(\d+)$/m)!;
    assert(Number(descriptors) > parsed.options.maxClients + 50);
    const directory = await Deno.makeTempDir({ prefix: "zillions-" });
    const file = `${directory}/zillions.service`;
    await Deno.writeTextFile(file, unit!);
    const { stdout } = await run([
      ...["systemd-analyze", "security", "--offline=yes", "--no-pager", file],
    ]);
    await Deno.remove(directory, { recursive: true });
    const [, level] = stdout.match(/Overall exposure level .*: (\d+\.\d)/)!;
    assert(Number(level) < 3, `${level}`);
  },
});

/** The Markdown files in a folder and those below it, by their paths. */
async function* documents(folder = ""): AsyncGenerator<string> {
  for await (
    const { name, isDirectory } of Deno.readDir(path(folder || "."))
  ) {
    if (isDirectory && !MADE.includes(name)) {
      yield* documents(`${folder}${name}/`);
    } else if (name.endsWith(".md")) yield `${folder}${name}`;
  }
}

/** A document without its code, where a bracket is no link. */
async function prose(file: string | URL): Promise<string> {
  const text = await Deno.readTextFile(file);
  return text.replace(/^```[^]*?^```/gm, "").replace(
    /`[^`]*`/g,
    (code) => /[[\]()]/.test(code) ? "" : code.slice(1, -1),
  );
}

/** The anchors of a document, as GitHub makes them from its headings. */
async function anchors(file: URL): Promise<string[]> {
  return [...(await prose(file)).matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/ /g, "-")
  );
}

test("documents: every relative link and anchor leads somewhere", async () => {
  const root = new URL("..", import.meta.url);
  const broken = [];
  let links = 0;
  for await (const name of documents()) {
    const text = await prose(path(name));
    for (
      const [, , inline, reference] of text.matchAll(
        /(\]\(([^)\s]+)\)|^\[[^\]]+\]: (\S+))/gm,
      )
    ) {
      const link = (inline ?? reference)!;
      if (/^[a-z]+:/.test(link)) continue;
      links++;
      const target = new URL(link, new URL(name, root));
      const anchor = decodeURIComponent(target.hash.slice(1));
      target.hash = "";
      const found = await Deno.stat(target).then(() => true, () => false);
      if (!found || (anchor && !(await anchors(target)).includes(anchor))) {
        broken.push(`${name}: ${link}`);
      }
    }
  }
  assert(links > 20, `${links} links`);
  assertEquals(broken, []);
});

test("README: at most 250 lines, and a glossary of ten", async () => {
  const text = await Deno.readTextFile(path("README.md"));
  assert(text.trimEnd().split("\n").length <= 250);
  const glossary = text.split(/^## /m).find((part) =>
    part.startsWith("Glossary")
  );
  const terms = glossary?.match(/^\| \*\*/gm)?.length ?? 0;
  assert(terms > 0 && terms <= 10, `${terms} terms`);
});
