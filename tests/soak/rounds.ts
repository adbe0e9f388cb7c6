/** The rounds of a soak: what is played against the server, over and over. */
import { parseArguments } from "../../lib/stresstest/arguments.ts";
import type { LoadSettings } from "../../lib/stresstest/load/settings.ts";

/** Bodies of all rounds, in bytes: what one leaves behind, the next knows. */
export const SIZES = { min: 16, max: 255 };

/** What all rounds have: a client that keeps up may lose nothing. */
const COMMON = `--body ${SIZES.min}-${SIZES.max} --max-lost 0 127.0.0.1:0`;

/** As the stress tester is told. */
const WORDS = {
  calm: "--rate 1000 --duration 3 --subscribers 20 --participants 20 --churn 5",
  churn:
    "--rate 1000 --duration 3 --subscribers 10 --participants 10 --churn 60",
  stuck:
    "--rate 12000 --duration 6 --subscribers 10 --participants 5 --stuck 30 --churn 5",
  burst:
    "--rate 60000 --duration 1 --subscribers 10 --participants 10 --publishers 4",
};

/** A round. */
export interface Round {
  name: string;
  settings: LoadSettings;
}

/**
 * All of them, in their order.
 *
 * @param timeout How long they wait for messages, in seconds.
 */
export function rounds(timeout: number): Round[] {
  return Object.entries(WORDS).map(([name, words]) => {
    const parsed = parseArguments(
      `${words} --timeout ${timeout} ${COMMON}`.split(" "),
    );
    if (typeof parsed === "string" || parsed.play.mode !== "load") {
      throw new Error(`Cannot play ${name}: it is no load`);
    }
    return { name, settings: parsed.play.settings };
  });
}
