/** The README's examples that need files of their own, run as they stand there. */
import { assert, assertEquals } from "@std/assert";
import { encode } from "../lib/wire/frame.ts";
import { freeAddress } from "./support/command.ts";
import { macrotask } from "./support/jitter.ts";
import { path } from "./support/script.ts";
import { CERT, KEY } from "./support/tls.ts";

const README = await Deno.readTextFile(path("README.md"));

/** A directory with one of the examples in it. */
class Example implements AsyncDisposable {
  readonly directory = Deno.makeTempDirSync({ prefix: "zillions-" });
  readonly #name: string;
  #process: Deno.ChildProcess | undefined;

  /** Takes the code block that begins with the name of its file. */
  constructor(name: string, replacements: [string, string][] = []) {
    this.#name = name;
    const start = README.indexOf(`// ${name}\n`);
    assert(start >= 0, `no ${name} in the README`);
    let code = README.slice(start, README.indexOf("```", start));
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
        ...["run", "--quiet", "--no-prompt", "--check"],
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
    for (;;) {
      try {
        return await connect();
      } catch (error) {
        assert(!ended, `${this.#name} has ended: ${error}`);
        await macrotask();
      }
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.kill("SIGTERM");
    const status = await this.#process?.status;
    await Deno.remove(this.directory, { recursive: true });
    assertEquals(status?.code, 0);
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

Deno.test({
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
  },
});

Deno.test({
  name: "README: a Unix socket, with the permissions that stand there",
  ignore,
  async fn() {
    assert(README.includes(
      "deno run --allow-read=$socket --allow-write=$socket --allow-net=unix:$socket unix.ts $socket",
    ));
    await using example = new Example("unix.ts");
    const socketPath = `${example.directory}/socket`;
    example.run([
      `--allow-read=${socketPath}`,
      `--allow-write=${socketPath}`,
      `--allow-net=unix:${socketPath}`,
    ], [socketPath]);
    using socket = await example.connect(() =>
      Deno.connect({ transport: "unix", path: socketPath })
    );
    await assertEchoes(socket);
  },
});
