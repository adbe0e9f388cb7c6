/**
 * Another host: a network namespace with two links to this one, a good one and
 * one that things are done to. It is gone when it is disposed of, and at the
 * latest with the process.
 */
import { inTime } from "../support/eventually.ts";
import { path } from "../support/script.ts";

/** What the second link is: a cable, or a wire that loses and reorders packets. */
export type Link = "cable" | "bad wire";

/** Another host on this machine. */
export interface Host extends AsyncDisposable {
  /** Its address by way of the good link. */
  readonly good: string;
  /** Its address by way of the other. */
  readonly bad: string;
  /** Words that run a command on it. */
  readonly words: string[];
  /** Pulls the other link out: no packet gets through, and nobody is told. */
  cut(): void;
  /** Plugs it in again. */
  mend(): void;
  /** Lets the other link carry so much to us, in the words of `tc`. */
  slow(rate: string): void;
}

/** What takes down the hosts there are; a test that timed out could not. */
const cleanups = new Set<() => void>();
globalThis.addEventListener("unload", () => {
  for (const cleanup of cleanups) cleanup();
});

/** Hosts made so far. */
let made = 0;

/** Makes a host. Its names and addresses come from this process's number. */
export async function host(link: Link): Promise<Host> {
  await using stack = new AsyncDisposableStack();
  const id = `${Deno.pid}.${made++}`;
  const name = `zillions-${id}`;
  const [near, here, there] = [`zg${id}`, `zb${id}`, `zw${id}`];
  const cleanup = () => {
    // A namespace outlives its name while sockets in it have something to send;
    // its links need not. Not all of it need exist yet, or still.
    for (const device of [near, here]) system(`ip link del ${device}`);
    system(`ip netns del ${name}`);
    cleanups.delete(cleanup);
  };
  cleanups.add(cleanup);
  stack.defer(cleanup);
  run(`ip netns add ${name}`);
  run(`ip link add ${near} type veth peer good netns ${name}`);
  if (link === "cable") {
    run(`ip link add ${here} type veth peer bad netns ${name}`);
  } else {
    stack.use(await wire(here, there));
    run(`ip link set ${there} netns ${name} name bad`);
  }
  // Of the addresses for benchmarks (RFC 2544), four for each link.
  const plug = (link: number, here: string, there: string): string => {
    const at = (n: number) => address(8 * (Deno.pid + made) + 4 * link + n);
    run(`ip address add ${at(1)}/30 dev ${here}`);
    run(`ip -n ${name} address add ${at(2)}/30 dev ${there}`);
    run(`ip link set ${here} up`);
    run(`ip -n ${name} link set ${there} up`);
    return at(2);
  };
  const good = plug(0, near, "good");
  const bad = plug(1, here, "bad");
  const all = stack.move();
  return {
    good,
    bad,
    words: ["ip", "netns", "exec", name],
    cut: () => run(`ip link set ${here} down`),
    mend: () => run(`ip link set ${here} up`),
    slow: (rate) =>
      run(
        `tc -n ${name} qdisc add dev bad root tbf rate ${rate} burst 16kb latency 100ms`,
      ),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

/** Two devices with a bad wire between them. */
async function wire(one: string, other: string): Promise<AsyncDisposable> {
  const child = new Deno.Command("python3", {
    args: [path("tests/faults/wire.py"), one, other],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const output = child.stdout.getReader();
  await inTime(output.read(), "the bad wire to be ready");
  return {
    async [Symbol.asyncDispose]() {
      await child.stdin.close();
      await inTime(child.status, "the bad wire to end");
      await output.cancel();
    },
  };
}

function address(n: number): string {
  return `198.${18 + (n >> 16) % 2}.${(n >> 8) % 256}.${n % 256}`;
}

/** Runs a command of the system, which must succeed. */
function run(command: string): void {
  const { success, stderr } = system(command);
  if (!success) {
    throw new Error(`${command}: ${new TextDecoder().decode(stderr)}`);
  }
}

function system(command: string): Deno.CommandOutput {
  const [program, ...args] = command.split(" ");
  return new Deno.Command(program!, { args }).outputSync();
}
