/** A room's clock that the test sets. */
import type { RoomClock } from "../../lib/nats/clock.ts";
import { FakeClock } from "../support/clock.ts";

/** Stands still until it is told to go on. */
export class FakeRoomClock extends FakeClock implements RoomClock {
  delay(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) return resolve();
      signal.addEventListener("abort", () => resolve(), { once: true });
      this.setTimeout(resolve, milliseconds);
    });
  }
}
