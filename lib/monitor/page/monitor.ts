/**
 * The monitor's page: asks the monitor every two seconds, and shows metrics and tables.
 * A page that is hidden asks for nothing.
 *
 * @module
 */
import { Chart, type Point } from "./chart.ts";
import {
  formatBytes,
  formatCount,
  formatDelay,
  formatDuration,
  formatShare,
} from "./format.ts";
import { fillTable } from "./table.ts";

/** How often it asks, in milliseconds: as often as the monitor takes a sample. */
const INTERVAL = 2000;

/** Rows of the table of clients at a time. */
const ROWS = 50;

const perSecond = (format: (value: number) => string) => (value: number) =>
  `${format(value)}/s`;

/** The metrics, by the sample's names. */
const METRICS: readonly [
  name: string,
  text: string,
  (value: number) => string,
][] = [
  ["clients", "Clients", formatCount],
  ["messagesIn", "Messages in", perSecond(formatCount)],
  ["messagesOut", "Messages out", perSecond(formatCount)],
  ["bytesIn", "Bytes in", perSecond(formatBytes)],
  ["bytesOut", "Bytes out", perSecond(formatBytes)],
  ["dropped", "Dropped", perSecond(formatCount)],
  ["lag", "Lag of the slowest, messages", formatCount],
  ["residentBytes", "Memory", formatBytes],
  ["cpu", "CPU, of one core", formatShare],
  ["loopDelaySeconds", "Event-loop delay", formatDelay],
];

type Json = Record<string, number | string>;

let offset = 0;
/** Counts questions: an answer to an older one comes too late to be shown. */
let asked = 0;
let isWaiting = false;
const state = element("state");
const sort = element("sort") as HTMLSelectElement;
const previous = element("previous") as HTMLButtonElement;
const next = element("next") as HTMLButtonElement;
const charts = METRICS.map(([name, text, format]) => {
  const chart = new Chart(text, format);
  element("metrics").append(chart.element);
  return { name, chart };
});

sort.onchange = () => turnTo(0);
previous.onclick = () => turnTo(Math.max(offset - ROWS, 0));
next.onclick = () => turnTo(offset + ROWS);
document.addEventListener("visibilitychange", refresh);
setInterval(refresh, INTERVAL);
update();

function turnTo(to: number): void {
  offset = to;
  update();
}

/** Asks again, unless nobody looks or the last answer is not there yet. */
function refresh(): void {
  if (!document.hidden && !isWaiting) update();
}

async function update(): Promise<void> {
  const question = ++asked;
  isWaiting = true;
  try {
    const [stats, history, clients, ended] = await Promise.all([
      ask("stats"),
      ask("history"),
      ask(`clients?sort=${sort.value}&limit=${ROWS}&offset=${offset}`),
      ask("ended"),
    ]);
    if (question !== asked) return;
    isWaiting = false;
    showState(stats);
    for (const { name, chart } of charts) {
      const points: Point[] = history.samples.map((sample: Json) => ({
        time: sample["time"],
        value: sample[name],
      }));
      chart.draw(points);
    }
    showRoom(stats.room);
    showClients(clients, stats.time);
    showEnded(ended.clients, stats.time);
  } catch {
    if (question !== asked) return;
    isWaiting = false;
    state.textContent = "The monitor does not answer. Trying again…";
    state.className = "bad";
  }
}

// deno-lint-ignore no-explicit-any -- the server's own JSON, described in its README
async function ask(path: string): Promise<any> {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return await answer.json();
}

function showState(
  { version, time, started, unready }:
    & Record<"version" | "unready", string>
    & Record<"time" | "started", number>,
): void {
  const age = formatDuration(time - started);
  state.textContent = unready
    ? `Not ready: ${unready}`
    : `Version ${version}, up ${age}`;
  state.className = unready ? "bad" : "";
}

function showRoom(room: Json | undefined): void {
  element("room").hidden = !room;
  if (!room) return;
  const age = formatDuration(Number(room["engineSince"]));
  const facts: [string, string][] = [
    [room["engineUp"] ? "Up for" : "Away for", age],
    ["Published", formatCount(Number(room["published"]))],
    ["Received", formatCount(Number(room["received"]))],
    ["Batches in flight", formatCount(Number(room["inFlight"]))],
    ["Gaps", formatCount(Number(room["gaps"]))],
    ["Missed in gaps", formatCount(Number(room["lostInGaps"]))],
    ["Not stored", formatCount(Number(room["lostInWindow"]))],
    ["Dropped while away", formatCount(Number(room["droppedWhileHeld"]))],
  ];
  element("engine").replaceChildren(...facts.map(([name, value]) => {
    const row = document.createElement("div");
    const [dt, dd] = [
      document.createElement("dt"),
      document.createElement("dd"),
    ];
    dt.textContent = name;
    dd.textContent = value;
    row.append(dt, dd);
    return row;
  }));
}

/** @param now The time at the server, whose clock may differ from the browser's. */
function showClients(
  { total, clients }: { total: number; clients: Json[] },
  now: number,
): void {
  if (clients.length === 0 && offset > 0) { // those there were have left
    return turnTo(Math.max(Math.ceil(total / ROWS) - 1, 0) * ROWS);
  }
  const last = offset + clients.length;
  const range = `${formatCount(offset + 1)}–${formatCount(last)} of `;
  element("total").textContent = (last > 0 ? range : "") + formatCount(total);
  previous.disabled = offset === 0;
  next.disabled = last >= total;
  fillTable(element("clients"), clients, (client) => [
    ...[client["client"], client["address"], client["protocol"]].map(String),
    formatDuration(now - Number(client["since"])),
    traffic(client, "In"),
    traffic(client, "Out"),
    formatCount(Number(client["dropped"])),
    formatCount(Number(client["lag"])),
    String(client["state"]),
  ]);
}

function showEnded(clients: Json[], now: number): void {
  fillTable(element("ended"), clients, (client) => [
    ...[client["client"], client["address"], client["protocol"]].map(String),
    `${formatDuration(now - Number(client["until"]))} ago`,
    formatDuration(Number(client["until"]) - Number(client["since"])),
    traffic(client, "In"),
    traffic(client, "Out"),
    formatCount(Number(client["dropped"])),
    String(client["reason"]),
  ]);
}

function traffic(client: Json, way: "In" | "Out"): string {
  const messages = formatCount(Number(client[`messages${way}`]));
  return `${messages} · ${formatBytes(Number(client[`bytes${way}`]))}`;
}

function element(id: string): HTMLElement {
  return document.getElementById(id)!;
}
