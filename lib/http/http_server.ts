/**
 * The HTTP server: reads the head of a request, answers, and ends the connection. The
 * pages are served by it. It reads no bodies and one request of each connection, which
 * leaves little to be attacked; and it accepts as the chat server does, so that it goes
 * on by itself when descriptors run out.
 *
 * @module
 */
import { accepted } from "../server/accept.ts";
import { Callbacks } from "../server/callbacks.ts";
import type { Listener } from "../server/serve.ts";
import { isDisconnect } from "../wire/io_error.ts";
import { writeAll } from "../wire/write_all.ts";
import {
  type Answer,
  encodeAnswer,
  type HttpRefusal,
  type Refusal,
  refuse,
} from "./answer.ts";
import { type HttpRequest, readRequest } from "./read_request.ts";
import { within } from "./within.ts";

export type { HttpRequest };

/** How long a head may take to arrive, in milliseconds. */
const HEAD_TIMEOUT = 5000;

/** How long an answer may take to leave, the client's end included. */
const ANSWER_TIMEOUT = 5000;

/** How many bytes are read at a time of what nobody wants. */
const DISCARDED = 1024;

/**
 * The most connections that wait for a head or an answer. One more, and the oldest is
 * closed: an honest one needs some milliseconds, so it is rarely that.
 */
const MAX_SOCKETS = 1024;

/** Options of an {@linkcode HttpServer}. */
export interface HttpOptions {
  /** Answers a request; `undefined` if it has taken over the socket. */
  answer: (
    request: HttpRequest,
  ) => Promise<Answer | Refusal<string> | undefined>;
  /** Called with the reason of each refusal. */
  onRefused: (reason: string) => void;
  /** Called with failures that the server survives; if it fails itself, it does, too. */
  onError: (error: unknown) => void;
  /** How long a head may take to arrive, in milliseconds. */
  headTimeout?: number;
  /** How long an answer may take to leave, the client's end included. */
  answerTimeout?: number;
  /** The most connections that wait for a head or an answer. */
  maxSockets?: number;
}

/** Serves HTTP on a listener until it is closed. */
export class HttpServer {
  /** Resolves when the server has been closed and nothing is left of it. */
  readonly finished: Promise<void>;
  readonly #listener: Listener<Deno.NetAddr>;
  readonly #options: HttpOptions;
  readonly #stop = new AbortController();
  /** Connections that wait for a head or an answer. */
  readonly #sockets = new Map<Deno.Conn, Promise<void>>();

  constructor(listener: Listener<Deno.NetAddr>, options: HttpOptions) {
    this.#listener = listener;
    this.#options = options;
    this.finished = this.#run();
  }

  /** Stops at once: closes the listener and every connection that was not taken over. */
  close(): void {
    this.#stop.abort();
    this.#listener[Symbol.dispose]();
    for (const socket of this.#sockets.keys()) socket[Symbol.dispose]();
  }

  async #run(): Promise<void> {
    const { maxSockets = MAX_SOCKETS } = this.#options;
    const { report } = new Callbacks(this.#options.onError);
    const sockets = accepted(this.#listener, {
      signal: this.#stop.signal,
      onFailure: (error, first) => {
        if (first) report(error);
      },
    });
    for await (const socket of sockets) {
      if (this.#sockets.size >= maxSockets) this.#closeOldest();
      const served = this.#serve(socket)
        .catch((error) => {
          socket[Symbol.dispose]();
          if (!isDisconnect(error)) report(error);
        })
        .finally(() => this.#sockets.delete(socket));
      this.#sockets.set(socket, served);
    }
    await Promise.all(this.#sockets.values());
  }

  #closeOldest(): void {
    const [oldest] = this.#sockets.keys();
    this.#sockets.delete(oldest!);
    oldest![Symbol.dispose]();
    this.#options.onRefused("sockets" satisfies HttpRefusal);
  }

  /** Answers the one request of a connection. */
  async #serve(socket: Deno.Conn): Promise<void> {
    const { headTimeout = HEAD_TIMEOUT, answerTimeout = ANSWER_TIMEOUT } =
      this.#options;
    const request = await readRequest(socket, headTimeout);
    if (request === null) return socket[Symbol.dispose]();
    const answer = "reason" in request
      ? request
      : await this.#options.answer(request);
    if (!answer) return;
    const refused = "reason" in answer;
    if (refused) this.#options.onRefused(answer.reason);
    const bodiless = "method" in request && request.method === "HEAD";
    const bytes = encodeAnswer(refused ? refuse(answer) : answer, bodiless);
    // Late or not, it is over then.
    await within(finish(socket, bytes), answerTimeout, undefined)
      .catch(() => {});
    socket[Symbol.dispose]();
  }
}

/** Sends an answer, and waits until the client has ended its side, too. */
async function finish(socket: Deno.Conn, answer: Uint8Array): Promise<void> {
  await writeAll(socket, answer);
  await socket.closeWrite();
  const discarded = new Uint8Array(DISCARDED);
  while (await socket.read(discarded) !== null);
}
