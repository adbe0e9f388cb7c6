/**
 * What a server guarantees, by what the judge found: a mark for each guarantee, with the
 * first message that offends where it does not hold. Nothing is marked twice: a test of
 * the specification that fails because messages are damaged says no more than that.
 */
import type {
  Verdict,
  Violation,
} from "../../lib/stresstest/checks/violations.ts";
import { entries, type JudgedLoad, type ServerResult } from "./result.ts";

export type GuaranteeName =
  | "command"
  | "frames"
  | "order"
  | "delivery"
  | "churn"
  | "half-close"
  | "truncated frame"
  | "slow client"
  | "stuck client"
  | "many clients"
  | "SIGTERM";

/** What a guarantee rests on. */
interface Guarantee {
  name: GuaranteeName;
  about: string;
  /** The tests of the specification that are about it. */
  tests?: RegExp;
  /** Verdicts of any load that break it. */
  verdicts?: Verdict[];
  /** The load in which a server that fails breaks it. */
  load?: JudgedLoad;
  /** What is no further mark where this is broken. */
  includes?: GuaranteeName[];
}

const FAILED: Verdict[] = ["died", "stalled", "cut"];

export const GUARANTEES: readonly Guarantee[] = [
  {
    name: "frames",
    about: "messages arrive whole, once, however they were cut on their way",
    tests: /^S4/,
    verdicts: ["damaged", "repeated"],
    includes: ["delivery"],
  },
  {
    name: "order",
    about: "there is one order of all messages for all clients",
    tests: /^S6/,
    verdicts: ["one order", "sender order"],
  },
  {
    name: "delivery",
    about:
      "under a light load each client receives everything, its own included",
    tests: /^S5/,
    verdicts: ["conservation"],
  },
  {
    name: "churn",
    about: "it runs on while clients come and go, and ends no connection",
    tests: /^S3 it runs on/,
    load: "light",
    includes: ["many clients", "stuck client", "slow client"],
  },
  {
    name: "many clients",
    about: "400 clients that all talk, and 1,000 that listen, are served",
    tests: /^S3 any number/,
    load: "many",
  },
  {
    name: "stuck client",
    about: "a client that never reads holds up nobody",
    tests: /^S7 a client that never/,
    load: "stuck",
    includes: ["slow client"],
  },
  {
    name: "slow client",
    about: "a client that lags loses whole messages, and gets the newest",
    tests: /^S7 a client that lags/,
  },
  {
    name: "half-close",
    about:
      "a client that ends its side still gets what was broadcast until then",
    tests: /^half-close/,
  },
  {
    name: "truncated frame",
    about:
      "a frame that is cut short by the end of its connection reaches nobody",
    tests: /^truncated/,
  },
  {
    name: "command",
    about: "address, ready line and port are as the specification says",
    tests: /^(?:S[12]|port 0)/,
  },
  {
    name: "SIGTERM",
    about: "it ends within three seconds when it is asked to",
  },
];

/** Whether a guarantee holds; `null` if it was not judged. */
export interface Mark {
  name: GuaranteeName;
  holds: boolean | null;
  /** Why it does not, or why nobody knows. */
  reason: string;
}

/** A mark for each of {@linkcode GUARANTEES}. */
export function marks(server: ServerResult): Mark[] {
  const loads = loadMarks(server);
  const isFlawed = loads.some(({ holds }) => holds === false);
  const all = GUARANTEES.map((guarantee, at) => {
    const played = loads[at]!;
    if (played.holds === false) return played;
    const failed = failedTest(server, guarantee);
    if (!failed) return testsMark(server, guarantee) ?? played;
    if (!isFlawed) return mark(guarantee, false, failed);
    return mark(guarantee, null, "its test fails, as others do for it");
  });
  for (const [at, { includes = [] }] of GUARANTEES.entries()) {
    if (all[at]!.holds !== false) continue;
    for (const each of all) {
      if (!includes.includes(each.name) || each.holds !== false) continue;
      Object.assign(each, { holds: null, reason: `see ${all[at]!.name}` });
    }
  }
  return all;
}

/** What the loads alone say. */
function loadMarks({ judgement, loads }: ServerResult): Mark[] {
  const { violations, ends } = judgement;
  const found: Violation[] = [
    ...entries(violations).flatMap(([, all]) => all),
    ...entries(loads).flatMap(([, runs]) =>
      runs.flatMap(({ violations }) => violations)
    ),
  ];
  const hasPlayed = violations.light !== undefined;
  return GUARANTEES.map((guarantee) => {
    const { name, verdicts, load } = guarantee;
    if (name === "SIGTERM") {
      if (ends === undefined) return mark(guarantee, null, "not judged");
      return mark(guarantee, ends, ends ? "" : "it ignored SIGTERM");
    }
    const offence = verdicts
      ? found.find(({ verdict }) => verdicts.includes(verdict))
      : violations[load!]?.find(({ verdict }) => FAILED.includes(verdict));
    if (offence) {
      return mark(guarantee, false, `${offence.verdict}: ${offence.text}`);
    }
    const holds = (verdicts ? hasPlayed : violations[load!]) ? true : null;
    return mark(guarantee, holds, holds ? "" : "not judged");
  });
}

/** The first of the tests about a guarantee that failed, and why. */
function failedTest(
  { judgement }: ServerResult,
  { tests }: Guarantee,
): string | undefined {
  const failed = judgement.specification?.find(({ name, failure }) =>
    failure !== undefined && tests?.test(name)
  );
  return failed && `${failed.name}: ${failed.failure}`;
}

/** That the tests about a guarantee passed, if there are any and they were run. */
function testsMark(
  { judgement }: ServerResult,
  guarantee: Guarantee,
): Mark | undefined {
  const { tests, verdicts, load } = guarantee;
  if (!tests || verdicts || load) return undefined;
  const run = judgement.specification?.some(({ name }) => tests.test(name));
  return run ? mark(guarantee, true, "") : undefined;
}

function mark(
  { name }: Guarantee,
  holds: boolean | null,
  reason: string,
): Mark {
  return { name, holds, reason };
}
