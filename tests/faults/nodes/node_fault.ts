/**
 * Faults of nodes, of their engine and of the links between: three nodes with talking
 * clients, from a seed that is printed. `FAULTS_SEED` repeats one.
 */
import { assertEquals } from "@std/assert";
import { noEngine } from "../../nats/nats_server.ts";
import { faultOf, type Weight } from "../fault.ts";
import { Cluster, type ClusterSetup } from "./cluster.ts";
import { p99 } from "./conversation.ts";

/** Milliseconds of talking before a fault and after it. */
const CALM: Record<Weight, number> = { light: 300, heavy: 3000 };

/** A silent engine is noticed after so many milliseconds at the most. */
export const NOTICED = 3000;

/** A fault of nodes. */
export interface NodeFault extends Omit<ClusterSetup, "random"> {
  expected: string;
  /** How much of it there is, in the suite and in the table. */
  size: Record<Weight, number>;
  /** Whether only the table has it, because it takes long. */
  isDear?: boolean;
  /** Why it cannot be injected here. */
  skip?: () => string | undefined;
  /** Whether some messages may be missed; they must be counted. */
  losesSome?: boolean;
  /** Whether messages are lost that nobody can count. */
  losesUncounted?: boolean;
  /** What is done, and what was seen. */
  inject(cluster: Cluster, size: number, random: () => number): Promise<string>;
}

/** Registers a fault of nodes. After it: one order, nothing twice, each message accounted for. */
export function nodeFault(
  name: string,
  {
    expected,
    size,
    isDear,
    skip,
    losesSome,
    losesUncounted,
    inject,
    ...setup
  }: NodeFault,
): void {
  faultOf(name, {
    expected,
    whyNot: (weight) =>
      noEngine() ??
        (isDear && weight === "light" ? "takes long" : skip?.()),
    async happen(weight) {
      const seed = Number(Deno.env.get("FAULTS_SEED") ?? Date.now() % 1e6);
      const random = randomFrom(seed);
      try {
        await using cluster = await Cluster.start({ ...setup, random });
        const { conversation } = cluster;
        await cluster.talk(CALM[weight] * (0.5 + random()));
        const before = p99(conversation.delays.splice(0));
        const seen = await inject(cluster, size[weight], random);
        const during = p99(conversation.delays.splice(0));
        await cluster.talk(CALM[weight]);
        await cluster.judge();
        const missed = losesUncounted ? 0 : await cluster.account();
        if (!losesSome) assertEquals(missed, 0, "messages were missed");
        const after = p99(conversation.delays);
        await cluster.end();
        return `${seen}; one order, ${missed} missed and counted` +
          `; p99 ${ms(before)}, ${ms(during)}, then ${
            ms(after)
          }; FAULTS_SEED=${seed}`;
      } catch (error) {
        throw new Error(`FAULTS_SEED=${seed}`, { cause: error });
      }
    },
  });
}

/** Numbers from 0 to 1, the same for the same seed (a linear congruential generator). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () =>
    (state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
}

/**
 * Milliseconds for people, marked where they are more than expected. That is no
 * failure: the machine may be busy with other things.
 */
export function within(milliseconds: number, most: number): string {
  const mark = milliseconds > most ? ` (MORE THAN ${most} ms)` : "";
  return ms(milliseconds) + mark;
}

/** Milliseconds for people. */
export function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(1)} ms`;
}
