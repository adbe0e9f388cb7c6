/** What a hub shares with its channels. */
import type { Backpressure, Reader } from "./backpressure.ts";
import type { Log } from "./log.ts";
import type { Scheduler, Waiter } from "./scheduler.ts";
import type { Slotted, Waiting } from "./waiting.ts";

/** A subscriber, as the hub and the scheduler see it. */
export interface Subscriber extends Reader, Waiter, Slotted {
  /** Ends the subscription. */
  close(): void;
}

/** The parts of a hub. */
export interface HubState {
  readonly log: Log;
  readonly backpressure: Backpressure;
  readonly scheduler: Scheduler;
  /** Subscribers that the next broadcast wakes. */
  readonly waiting: Waiting<Subscriber>;
  /** Subscribers whose channels are open. */
  readonly open: Set<Subscriber>;
}
