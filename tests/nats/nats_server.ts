/**
 * `nats-server` as a process that is killed, stopped and started again, and the few
 * words of its protocol with which a test does something to a stream.
 */
import { inTime } from "../support/eventually.ts";
import { freeAddress, spawn } from "../support/command.ts";
import { test } from "../support/test.ts";

/** The program: `NATS_SERVER`, or the one on the path; `undefined` if there is none. */
export const NATS_SERVER = [
  Deno.env.get("NATS_SERVER") || "nats-server",
  "/usr/sbin/nats-server", // Debian's, which is not on everybody's path
].find(runs);

/** Why there is no engine here. */
export function noEngine(): string | undefined {
  return NATS_SERVER ? undefined : "no nats-server";
}

/** Registers a test that needs the program, and is left out without it. */
export function engineTest(
  ...given: [string, () => Promise<void>] | [
    string,
    { ignore: boolean },
    () => Promise<void>,
  ]
): void {
  const [name, { ignore }, fn] = given.length === 3
    ? given
    : [given[0], { ignore: false }, given[1]];
  test(name, { ignore: ignore || NATS_SERVER === undefined }, fn);
}

function runs(program: string): boolean {
  try {
    return new Deno.Command(program, { args: ["--version"], stderr: "null" })
      .outputSync().success;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** An engine with a folder of its own. */
export class NatsServer implements AsyncDisposable {
  readonly port: number;
  /** Where it stores. */
  readonly folder = Deno.makeTempDirSync({ prefix: "zillions-nats-" });
  readonly #args: string[];
  #child: Deno.ChildProcess | undefined;
  #log: Promise<void> | undefined;

  constructor(args: string[] = ["-js"], port = freeAddress().port) {
    this.port = port;
    this.#args = ["-a", "127.0.0.1", "-p", `${port}`, ...args];
  }

  static async start(args?: string[]): Promise<NatsServer> {
    const server = new NatsServer(args);
    await server.start();
    return server;
  }

  /** One with JetStream and a configuration. */
  static async configured(config: string): Promise<NatsServer> {
    const file = await Deno.makeTempFile();
    await Deno.writeTextFile(file, config);
    try {
      return await NatsServer.start(["-js", "-c", file]);
    } finally {
      await Deno.remove(file);
    }
  }

  /** The number of the process. */
  get pid(): number {
    return this.#child!.pid;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Starts it, again if need be with what it has stored, and waits until it listens. */
  async start(): Promise<void> {
    const child = spawn([NATS_SERVER!, ...this.#args, "-sd", this.folder], {
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    });
    this.#child = child;
    const ready = Promise.withResolvers<void>();
    this.#log = (async () => {
      let log = "";
      for await (
        const part of child.stderr.pipeThrough(new TextDecoderStream())
      ) {
        log = (log + part).slice(-4096);
        if (log.includes("Server is ready")) ready.resolve();
      }
      ready.reject(new Error(`nats-server has ended: ${log}`));
    })();
    await inTime(ready.promise, "nats-server to be ready");
  }

  signal(signal: Deno.Signal): void {
    this.#child!.kill(signal);
  }

  /** Ends it at once. What it has stored in files stays. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    try {
      child.kill("SIGCONT");
      child.kill("SIGKILL");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error; // has ended already
    }
    await inTime(child.status, "nats-server to be killed");
    await this.#log?.catch(() => {});
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill();
    await Deno.remove(this.folder, { recursive: true });
  }

  /** Publishes bytes, or asks the stream's interface; the answer as text. */
  async request(
    subject: string,
    payload: Uint8Array | string = "",
  ): Promise<string> {
    using socket = await Deno.connect({
      hostname: "127.0.0.1",
      port: this.port,
    });
    const bytes = typeof payload === "string"
      ? new TextEncoder().encode(payload)
      : payload;
    const send = async (rest: Uint8Array) => {
      while (rest.length > 0) rest = rest.subarray(await socket.write(rest));
    };
    await send(new TextEncoder().encode(
      `CONNECT {"verbose":false}\r\nSUB answer 1\r\nPUB ${subject} answer ${bytes.length}\r\n`,
    ));
    await send(bytes);
    await send(new TextEncoder().encode("\r\n"));
    const buffer = new Uint8Array(64 * 1024);
    let text = "";
    for (;;) {
      const answer = text.match(/MSG answer 1 +(\d+)\r\n([^]*)/);
      if (answer && answer[2]!.length >= Number(answer[1])) {
        return answer[2]!.slice(0, Number(answer[1]));
      }
      const read = await inTime(socket.read(buffer), "the engine's answer");
      if (read === null) throw new Error(`the engine hung up: ${text}`);
      text += new TextDecoder().decode(buffer.subarray(0, read));
    }
  }
}

/** Three engines that are one. */
export async function natsCluster(): Promise<NatsServer[]> {
  const routes = Array.from({ length: 3 }, () => freeAddress().port);
  const all = routes.map((port, n) =>
    new NatsServer([
      ...["-js", "-cluster_name", "zillions", "-n", `engine-${n}`],
      ...["-cluster", `nats://127.0.0.1:${port}`],
      ...[
        "-routes",
        routes.map((port) => `nats://127.0.0.1:${port}`).join(","),
      ],
    ])
  );
  await Promise.all(all.map((server) => server.start()));
  return all;
}
