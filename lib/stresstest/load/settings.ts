/**
 * What is played against a server in one run. The command line is parsed into these,
 * and both modes read them.
 *
 * @module
 */
import type { BodySizes } from "../checks/bodies.ts";

/** What both modes judge by. */
export interface RunSettings {
  /** Milliseconds without a delivery after which a server counts as stalled. */
  timeout: number;
  /** The share of deliveries that may be lost, 0 to 1. */
  maxLost: number;
}

/** Load mode: messages are due at a rate, whatever the server does. */
export interface LoadSettings extends RunSettings {
  /** Messages per second, over all senders. */
  rate: number;
  /** Messages in all. */
  count: number;
  /** Clients that send; they read, but what they receive is not checked. */
  publishers: number;
  /** Clients that receive. */
  subscribers: number;
  /** Clients that send and receive. */
  participants: number;
  /** The most receivers whose latency is measured. */
  sampled: number;
  /** Clients that never read. */
  stuck: number;
  /** Clients that connect and disconnect during the run. */
  churn: number;
  /** Bytes of a body. */
  body: BodySizes;
}

/** Reference mode: publishers wait for their subscribers. */
export interface ReferenceSettings extends RunSettings {
  /** Clients that send. */
  publishers: number;
  /** Clients that receive, for each publisher. */
  subscribers: number;
  /** Messages that each publisher sends. */
  messages: number;
  /** Milliseconds between two ticks of the clock. */
  tick: number;
}
