/**
 * The chat socket: the page's connection, which comes back by itself.
 *
 * @module
 */
import { Backoff } from "../../client/backoff.ts";

/** What the server closes with when somebody there has disconnected this client. */
const REMOVED = 1008;

/**
 * In which state the connection is; `wait` is how long until it is tried again. After
 * `removed` it is not, until the user wants it.
 */
export type State =
  | { readonly name: "connecting" | "connected" | "draining" | "removed" }
  | { readonly name: "waiting"; readonly wait: number };

/** What the server says about the connection, as JSON in a text message. */
interface Notice {
  readonly dropped?: number;
  readonly draining?: boolean;
}

/** Who is told what happens. */
export interface ChatSocketEvents {
  onState(state: State): void;
  /** Bytes of the stream of frames, cut anywhere. */
  onBytes(bytes: Uint8Array<ArrayBuffer>): void;
  /** The server left out so many messages here. */
  onDropped(count: number): void;
}

/** A WebSocket that comes back. */
export class ChatSocket {
  readonly #url: URL;
  readonly #events: ChatSocketEvents;
  readonly #backoff = new Backoff();
  #socket: WebSocket | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** @param page The address of the page; the socket is beside it. */
  constructor(page: string, events: ChatSocketEvents) {
    this.#url = new URL("ws", page);
    this.#url.protocol = this.#url.protocol === "https:" ? "wss:" : "ws:";
    this.#events = events;
  }

  /** Connects now, unless it is connected or connecting. */
  connect(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#socket) return;
    this.#events.onState({ name: "connecting" });
    const socket = this.#socket = new WebSocket(this.#url);
    let opened: number | undefined;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      opened = performance.now();
      this.#events.onState({ name: "connected" });
    };
    socket.onmessage = ({ data }) => {
      if (typeof data === "string") this.#hear(JSON.parse(data));
      else this.#events.onBytes(new Uint8Array(data));
    };
    socket.onclose = ({ code }) => {
      this.#socket = undefined;
      if (code === REMOVED) return this.#events.onState({ name: "removed" });
      const now = performance.now();
      this.#reconnect(this.#backoff.next(now - (opened ?? now)));
    };
  }

  /** Connects now, if it waits to do so. */
  wake(): void {
    if (this.#timer !== undefined) this.connect();
  }

  /** Sends a frame, if there is a connection; whether there is. */
  send(frame: Uint8Array<ArrayBuffer>): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(frame);
    return true;
  }

  #reconnect(wait: number): void {
    this.#timer = setTimeout(() => this.connect(), wait);
    this.#events.onState({ name: "waiting", wait });
  }

  #hear({ dropped, draining }: Notice): void {
    if (dropped) this.#events.onDropped(dropped);
    if (draining) this.#events.onState({ name: "draining" });
  }
}
