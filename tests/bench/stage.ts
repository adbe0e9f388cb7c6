/**
 * Where the benchmarks of the whole start servers, one at a time. What else goes on on
 * the machine is said, for it is in the results.
 */
// deno-lint-ignore-file no-console -- it says how far a tool for people is
import { environment } from "../../lib/stresstest/report/environment.ts";
import { bytes, percent } from "../../lib/stresstest/report/format.ts";
import { Server } from "../../lib/stresstest/target/server.ts";
import type { Target } from "../../lib/stresstest/target/target.ts";
import { freeAddress } from "../support/command.ts";
import { script } from "../support/script.ts";

/** Milliseconds that a server may take to get ready. */
const READY = 10_000;

/** A server that waits for a processor more than this is disturbed by others. */
const DISTURBED = 0.15;

/** This server, as the README runs it. */
export const OURS: Target = {
  name: "Zillions",
  text: "deno run --allow-net main.ts",
  command: script("main.ts", "--allow-net"),
  addresses: undefined,
};

/** What else went on, in a sentence; empty if nothing did. */
export function disturbance(
  { played, disturbed }: { played: number; disturbed: number },
): string {
  if (disturbed === 0) return "";
  return `In ${disturbed} of ${played} runs the server waited for a processor more than ${
    percent(DISTURBED)
  } of the time: something else was busy.`;
}

/** Starts and stops servers. */
export class Stage {
  #played = 0;
  #disturbed = 0;

  constructor(readonly stop: AbortSignal) {}

  /** Starts `target`, as so many nodes, has it played, and stops it. */
  async play<Result>(
    target: Target,
    play: (server: Server) => Promise<Result>,
    nodes = 1,
  ): Promise<Result> {
    const { stop } = this;
    stop.throwIfAborted();
    await using server = await Server.start(target, {
      addresses: Array.from(
        { length: nodes },
        () => ({ ...freeAddress(), transport: "tcp" }) as const,
      ),
      readyTimeout: READY,
      stop,
    });
    const [start, before] = [performance.now(), waited(server.pid)];
    const result = await play(server);
    stop.throwIfAborted();
    const share = (waited(server.pid) - before) / (performance.now() - start);
    this.#played++;
    if (share > DISTURBED) this.#disturbed++;
    return result;
  }

  /** Where it was played, in a line that names no machine. */
  get surroundings(): string {
    const { cpu, cores, memoryBytes, os, runtime } = environment();
    const machine = `${cores} cores (${cpu || "unknown"}), ${
      bytes(memoryBytes)
    }, ${os}, ${runtime}.`;
    return `${machine} ${disturbance(this)}`.trim();
  }

  /** How many servers were played, and how many of them were disturbed. */
  get played(): number {
    return this.#played;
  }

  get disturbed(): number {
    return this.#disturbed;
  }

  /** Says how far it is. */
  say(text: string): void {
    console.error(text);
  }
}

/** Milliseconds that the first thread of a process has waited for a processor. */
function waited(pid: number | undefined): number {
  try {
    const text = Deno.readTextFileSync(`/proc/${pid}/schedstat`);
    return Number(text.split(" ")[1]) / 1e6;
  } catch {
    return 0; // not Linux, or not told
  }
}
