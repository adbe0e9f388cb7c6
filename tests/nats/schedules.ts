/** Schedules of faults: what happens, to which node, in which order. */
import fc from "fast-check";

/** How many nodes share the room. */
export const NODES = 3;

/** What happens, by name; `n` is an amount. */
const EVENTS = {
  say: 12,
  sayMuch: 1,
  deliver: 8,
  acknowledge: 4,
  acknowledgeReversed: 2,
  loseAnswers: 2,
  refuse: 1,
  cutLost: 2,
  cutArrives: 2,
  cutLate: 2,
  mend: 5,
  restart: 1,
  restartEmpty: 1,
  restartShorter: 1,
  trim: 1,
  purge: 1,
  deleteNewest: 1,
  delete: 1,
  foreign: 1,
  pass: 6,
  passLong: 1,
  flush: 2,
} as const;

/** An event's name. */
export type EventName = keyof typeof EVENTS;

/** All events. */
export const EVENT_NAMES = Object.keys(EVENTS) as EventName[];

/** Events that may lose messages, which must be counted then. */
export const LOSSY: ReadonlySet<EventName> = new Set([
  "refuse",
  "restartEmpty",
  "restartShorter",
  "trim",
  "purge",
  "deleteNewest",
  "delete",
  "passLong",
]);

/** A step of a schedule: what happens, to which node, and how much of it. */
export interface Step {
  readonly event: EventName;
  readonly node: number;
  readonly amount: number;
}

/** What has messages flow, mostly. */
const FLOW = ["mend", "pass", "deliver", "acknowledge"] as const;

const anyEvent = fc.oneof(
  ...Object.entries(EVENTS).map(([event, weight]) => ({
    arbitrary: fc.constant(event as EventName),
    weight,
  })),
);

const anyStep: fc.Arbitrary<Step> = fc.record({
  event: anyEvent,
  node: fc.nat(NODES - 1),
  amount: fc.integer({ min: 1, max: 5 }),
});

/** Messages flow, a window gets full, and all kinds of events meet it. */
const whileFull: fc.Arbitrary<Step[]> = fc.record({
  node: fc.nat(NODES - 1),
  events: fc.array(fc.constantFrom(...EVENT_NAMES), {
    minLength: 2,
    maxLength: 2,
  }),
}).map(({ node, events }) =>
  ([...FLOW, "sayMuch", ...events] as const).map((event) => ({
    event,
    node,
    amount: 1,
  }))
);

/** Schedules. */
export const schedules: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { arbitrary: anyStep.map((step) => [step]), weight: 50 },
    { arbitrary: whileFull, weight: 1 },
  ),
  { minLength: 5, maxLength: 40, size: "max" },
).map((parts) => parts.flat());
