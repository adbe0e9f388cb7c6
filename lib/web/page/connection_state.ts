/**
 * The connection's state: tells it in words, and when it is tried again.
 *
 * @module
 */
import type { State } from "./chat_socket.ts";
import { quantity } from "./message_text.ts";

const WORDS = {
  connecting: "Connecting…",
  connected: "Connected",
  draining: "The server is ending…",
  waiting: "Not connected",
  removed: "Disconnected by the server",
} as const satisfies Record<State["name"], string>;

/** The elements that tell it. */
export interface ConnectionStateElements {
  readonly state: HTMLElement;
  /** Counts down; not read aloud. */
  readonly countdown: HTMLElement;
  /** Tries again now. */
  readonly retry: HTMLElement;
}

/** Shows states. */
export class ConnectionState {
  readonly #elements: ConnectionStateElements;
  #ticks: ReturnType<typeof setInterval> | undefined;

  constructor(elements: ConnectionStateElements) {
    this.#elements = elements;
  }

  /** Shows a state from now on. */
  show(given: State): void {
    const { state, countdown, retry } = this.#elements;
    state.textContent = WORDS[given.name];
    state.className = given.name;
    retry.hidden = given.name !== "waiting" && given.name !== "removed";
    countdown.textContent = "";
    clearInterval(this.#ticks);
    if (given.name !== "waiting") return;
    const at = performance.now() + given.wait;
    const tick = () => {
      const seconds = Math.max(Math.ceil((at - performance.now()) / 1000), 0);
      countdown.textContent = `trying again in ${quantity(seconds, "second")}`;
    };
    this.#ticks = setInterval(tick, 1000);
    tick();
  }
}
