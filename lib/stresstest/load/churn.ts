/**
 * Churn: clients that connect and disconnect again and again during a load.
 *
 * @module
 */
import type { Ledger } from "../checks/ledger.ts";
import type { Receivers } from "./receivers.ts";
import type { TestRun } from "./test_run.ts";

/** The longest that such a client stays connected, in milliseconds. */
const MAX_STAY = 250;

/**
 * Connects and disconnects `client` until the run is over. It stays for a random time;
 * every second time it does not read.
 */
export async function comeAndGo(
  client: number,
  testRun: TestRun,
  ledger: Ledger,
  receivers: Receivers,
): Promise<void> {
  for (let stay = 0; !testRun.ended.aborted; stay++) {
    const [socket] = await testRun.connections.open(1);
    if (!socket) return;
    ledger.join(client);
    const reading = stay % 2 === 0
      ? receivers.receive(socket, client)
      : undefined;
    await testRun.pause(Math.random() * MAX_STAY);
    testRun.connections.close(socket);
    await reading;
  }
}
