/**
 * The checker against a slow one that is obviously correct, on histories from a seed:
 * `deno task simulation [HISTORIES] [SEED]`.
 *
 * A history is what a few clients received of a few messages. The slow checker tries
 * every order of all messages: the history is right if in one of them each sender's
 * messages stand as sent, and every client received a part of it.
 */
// deno-lint-ignore-file no-console -- it is a command
import { concat } from "@std/bytes/concat";
import { encode } from "@zillions/server/frame";
import { Bodies } from "../../lib/stresstest/checks/bodies.ts";
import { Checker } from "../../lib/stresstest/checks/checker.ts";
import { LatencyHistogram } from "../../lib/stresstest/checks/latency_histogram.ts";
import { Ledger } from "../../lib/stresstest/checks/ledger.ts";
import {
  type Verdict,
  Violations,
} from "../../lib/stresstest/checks/violations.ts";

/** Stands for a message that nobody sent. */
const DAMAGED = -1;

/** The most messages of a history: all their orders are tried. */
const MAX_MESSAGES = 6;

/** Messages that the checker knows, of which the last are never sent. */
const KNOWN = MAX_MESSAGES + 3;

const SIZES = { min: 16, max: 40 };
const BODIES = new Bodies(1, SIZES);

/** What clients received, by the messages' numbers: `sequence * senders + sender`. */
export interface History {
  senders: number;
  messages: number;
  logs: number[][];
}

/** A generator of numbers from a seed: at least 0, below `below`. */
export function generator(seed: number): (below: number) => number {
  return (below) => {
    seed = seed + 0x6d2b79f5 | 0; // mulberry32
    let word = Math.imul(seed ^ seed >>> 15, seed | 1);
    word ^= word + Math.imul(word ^ word >>> 7, word | 61);
    return ((word ^ word >>> 14) >>> 0) % below;
  };
}

/** A history that is right, or with up to three faults. */
export function history(next: (below: number) => number): History {
  const senders = 1 + next(4);
  const messages = 1 + next(MAX_MESSAGES);
  const order = oneOf(orders(messages, senders), next);
  const logs = Array.from(
    { length: 1 + next(4) },
    () => order.filter(() => next(4) > 0),
  );
  for (let faults = Math.max(0, next(6) - 2); faults > 0; faults--) {
    spoil(oneOf(logs, next), messages, next);
  }
  return { senders, messages, logs };
}

/** Puts a fault into what one client received. */
function spoil(
  log: number[],
  messages: number,
  next: (below: number) => number,
): void {
  const at = next(log.length + 1);
  switch (next(6)) {
    case 0:
      log.splice(at, 0, DAMAGED);
      break;
    case 1:
      log.splice(at, 0, messages + next(KNOWN - messages)); // never sent
      break;
    case 2:
      log.splice(at, 0, ...log.slice(-1)); // repeated
      break;
    default: {
      const [moved] = log.splice(next(log.length), 1);
      if (moved !== undefined) log.splice(next(log.length + 1), 0, moved);
    }
  }
}

/** What the checker says, which gets the bytes of each client in pieces. */
export function fast(
  { senders, messages, logs }: History,
  next: (below: number) => number,
): Set<Verdict> {
  const violations = new Violations();
  const ledger = new Ledger(KNOWN, senders, logs.length, violations);
  const checker = new Checker({
    messages: KNOWN,
    bodies: BODIES,
    earlier: [],
    ledger,
    latency: new LatencyHistogram(),
    violations,
    interval: 1,
    steady: logs.length,
    onPing: () => false,
  });
  const rest = logs.map((log) => [...log]);
  while (rest.some(({ length }) => length > 0)) {
    const client = next(rest.length);
    const piece = rest[client]!.splice(0, 1 + next(3)).map(frame);
    if (piece.length > 0) checker.check(client, concat(piece), 0);
  }
  ledger.checkAll(
    Array.from(
      { length: senders },
      (_, sender) => Math.ceil((messages - sender) / senders),
    ),
  );
  return new Set(violations.list().map(({ verdict }) => verdict));
}

/** What is to be said: the verdicts that must be there, and whether the history is right. */
export function slow({ senders, messages, logs }: History): {
  right: boolean;
  verdicts: Set<Verdict>;
} {
  const verdicts = new Set<Verdict>();
  const sent = (message: number) => message >= 0 && message < messages;
  for (const log of logs) {
    if (log.includes(DAMAGED)) verdicts.add("damaged");
    if (log.some((message) => message >= messages)) {
      verdicts.add("conservation");
    }
    log.forEach((message, at) => {
      if (!sent(message)) return;
      const before = log.slice(0, at);
      if (before.includes(message)) verdicts.add("repeated");
      else if (
        before.some((other) =>
          sent(other) && other > message && (other - message) % senders === 0
        )
      ) verdicts.add("sender order");
    });
  }
  const right = orders(messages, senders).some((order) =>
    logs.every((log) => isSubsequence(log, order))
  );
  if (!right && verdicts.size === 0) verdicts.add("one order");
  return { right, verdicts };
}

/** Plays histories; returns how many were right, or throws at a difference. */
export function simulate(histories: number, seed: number): number {
  const next = generator(seed);
  let right = 0;
  for (let n = 0; n < histories; n++) {
    const made = history(next);
    const found = fast(made, next);
    const wanted = slow(made);
    const missing = [...wanted.verdicts].filter((each) => !found.has(each));
    if (wanted.right !== (found.size === 0) || missing.length > 0) {
      throw new Error(
        `history ${n + 1} of seed ${seed}: ${JSON.stringify(made)} is ${
          wanted.right ? "right" : [...wanted.verdicts].join(", ")
        }, and the checker says ${[...found].join(", ") || "nothing"}`,
      );
    }
    if (wanted.right) right++;
  }
  return right;
}

function frame(message: number): Uint8Array<ArrayBuffer> {
  const body = new Uint8Array(BODIES.size(Math.max(0, message)));
  BODIES.write(new DataView(body.buffer), 0, Math.max(0, message));
  if (message === DAMAGED) body[body.length - 1]! ^= 1;
  return encode(body);
}

const known = new Map<string, number[][]>();

/** All orders of the messages in which each sender's own stand as sent. */
function orders(messages: number, senders: number): number[][] {
  const key = `${messages} ${senders}`;
  let found = known.get(key);
  if (!found) known.set(key, found = interleaved(messages, senders));
  return found;
}

function interleaved(messages: number, senders: number): number[][] {
  let found: number[][] = [[]];
  for (let n = 0; n < messages; n++) {
    found = found.flatMap((order) =>
      [...order, n].map((_, at) => order.toSpliced(at, 0, n))
    );
  }
  const own = Array.from(
    { length: senders },
    (_, sender) =>
      [...Array(messages).keys()].filter((m) => m % senders === sender),
  );
  return found.filter((order) => own.every((log) => isSubsequence(log, order)));
}

function isSubsequence(
  part: readonly number[],
  whole: readonly number[],
): boolean {
  let at = 0;
  for (const message of whole) if (message === part[at]) at++;
  return at === part.length;
}

function oneOf<T>(of: readonly T[], next: (below: number) => number): T {
  return of[next(of.length)]!;
}

if (import.meta.main) {
  const [histories = "3000000", seed = `${Date.now() % 1e9}`] = Deno.args;
  const right = simulate(Number(histories), Number(seed));
  console.log(
    `${histories} histories of seed ${seed}, ${right} of them right: the verdicts agree`,
  );
}
