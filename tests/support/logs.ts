/**
 * Judges what senders sent and clients received, to the last message, by the
 * stress tester's ledger: one order, each sender's own as sent, nothing twice and
 * nothing that was never sent. Messages are numbered `sequence * senders + sender`.
 */
import { Ledger } from "../../lib/stresstest/checks/ledger.ts";
import type { Violation } from "../../lib/stresstest/checks/violations.ts";
import { Violations } from "../../lib/stresstest/checks/violations.ts";

/**
 * What is wrong with `logs`.
 *
 * @param sent How many messages each sender sent.
 * @param logs What each client received.
 */
export function contradictions(
  sent: readonly number[],
  logs: readonly Iterable<number>[],
): Violation[] {
  const violations = new Violations();
  const messages = Math.max(0, ...sent) * sent.length;
  const ledger = new Ledger(messages, sent.length, logs.length, violations);
  for (const [client, log] of logs.entries()) {
    for (const message of log) {
      if (message < messages) ledger.record(client, message);
      else violations.add("damaged", () => `nobody sent ${message}`);
    }
  }
  ledger.checkAll(sent);
  return violations.list();
}
