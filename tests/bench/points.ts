/**
 * What is measured of growth. One curve has more and more clients at one rate, the
 * other higher and higher rates with as many clients, so that each shows one thing
 * alone; a plan asks about both.
 */
import type { RunResult } from "../../lib/stresstest/load/result.ts";
import type { Load } from "./loads.ts";

/** The curve of clients. */
const CLIENTS = [1, 10, 50, 100, 200, 500, 1000, 2000, 5000];
/** Its rate: a room that is lively, and a round number. */
const RATE = 1000;

/** The curve of rates, up to where the tester has its limit. */
const RATES = [10, 100, 1000, 10_000, 50_000];
/** Its clients: not so few that there is nothing to do for each message. */
const ROOM = 100;

/** What a plan asks about: so many clients, at so many messages a second. */
const PLAN = {
  clients: [100, 500, 1000, 2000, 5000],
  rates: [10, 100, 1000, 10_000],
};

/** The most deliveries a second that are asked for: twice what the tester can check. */
const MOST = 1e7;

/** How many of the clients talk, at most. */
const TALKERS = 10;

/** How long each load is played, in seconds. */
const DURATION = 3;

/** Something to measure, and what was. */
export interface Point {
  clients: number;
  rate: number;
  runs: RunResult[];
}

/** All that is measured. */
export interface Growth {
  byClients: Point[];
  byRate: Point[];
  /** A row for each number of clients, a place for each rate; some are too much. */
  plan: (Point | undefined)[][];
}

/** What is to be measured; a point that is wanted twice is measured once. */
export function points(): { all: Point[]; growth: Growth } {
  const all = new Map<string, Point>();
  const point = (clients: number, rate: number): Point => {
    const key = `${clients} ${rate}`;
    const found = all.get(key) ?? { clients, rate, runs: [] };
    all.set(key, found);
    return found;
  };
  const growth = {
    byClients: CLIENTS.map((clients) => point(clients, RATE)),
    byRate: RATES.map((rate) => point(ROOM, rate)),
    plan: PLAN.clients.map((clients) =>
      PLAN.rates.map((rate) =>
        clients * rate <= MOST ? point(clients, rate) : undefined
      )
    ),
  };
  return { all: [...all.values()], growth };
}

/** The load of a point: everybody receives, some talk. */
export function loadOf({ clients, rate }: Point): Load {
  const participants = Math.min(TALKERS, clients);
  return {
    seconds: DURATION,
    rate,
    participants,
    subscribers: clients - participants,
  };
}
