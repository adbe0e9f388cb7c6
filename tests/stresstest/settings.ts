/** Small loads for the tests of the stress tester. */
import type {
  LoadSettings,
  ReferenceSettings,
} from "../../lib/stresstest/load/settings.ts";

/** A load of a fifth of a second. */
export const LOAD: LoadSettings = {
  rate: 5000,
  count: 1000,
  publishers: 2,
  subscribers: 4,
  participants: 0,
  sampled: 50,
  stuck: 0,
  churn: 0,
  body: { min: 64, max: 64 },
  timeout: 20_000,
  maxLost: 1,
};

/** The clock ticks fast, so that what a server drops is soon given up. */
export const REFERENCE: ReferenceSettings = {
  publishers: 2,
  subscribers: 3,
  messages: 200,
  tick: 50,
  timeout: 20_000,
  maxLost: 1,
};
