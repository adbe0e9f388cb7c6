/**
 * The HTTP server: reads the head of a request, answers, and ends the connection. The
 * pages are served by it. It reads no bodies and one request of each connection, which
 * leaves little to be attacked; and it accepts as the chat server does, so that it goes
 * on by itself when descriptors run out.
 *
 * @module
 */
import { deadline } from "@std/async/deadline";
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
import { parseHead, type RequestHead } from "./request.ts";

/** The longest head of a request, in bytes. */
const MAX_HEAD = 8 * 1024;

/** How many bytes of a head are read first; most are shorter. */
const FIRST_READ = 1024;

/** How long a head may take to arrive, in milliseconds. */
const HEAD_TIMEOUT = 5000;

/** How long an answer may take to leave, the client's end included. */
const ANSWER_TIMEOUT = 5000;

/**
 * The most connections that wait for a head or an answer. One more, and the oldest is
 * closed: an honest one needs some milliseconds, so it is rarely that.
 */
const MAX_SOCKETS = 1024;

/** A request, and the connection that it came by. */
export interface HttpRequest extends RequestHead {
  readonly socket: Deno.Conn;
  /** What arrived behind the head. */
  readonly rest: Uint8Array<ArrayBuffer>;
}

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
    const { headTimeout = HEAD_TIMEOUT } = this.#options;
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
    await deadline(finish(socket, bytes), ANSWER_TIMEOUT).catch(() => {});
    socket[Symbol.dispose]();
  }
}

/** Reads the head of a request; `null` if the client ends before one begins. */
async function readRequest(
  socket: Deno.Conn,
  timeout: number,
): Promise<HttpRequest | Refusal | null> {
  try {
    return await deadline(readHead(socket), timeout);
  } catch (error) {
    if (!(error instanceof DOMException)) throw error;
    return {
      reason: "timeout",
      status: 408,
      text: "the request takes too long",
    };
  }
}

async function readHead(
  socket: Deno.Conn,
): Promise<HttpRequest | Refusal | null> {
  let buffer = new Uint8Array(FIRST_READ);
  let filled = 0;
  for (;;) {
    if (filled === buffer.length) {
      if (filled === MAX_HEAD) {
        const text = `the head of a request has ${MAX_HEAD} bytes at most`;
        return { reason: "head", status: 431, text };
      }
      const larger = new Uint8Array(2 * filled);
      larger.set(buffer);
      buffer = larger;
    }
    const read = await socket.read(buffer.subarray(filled));
    if (read === null) return filled === 0 ? null : MALFORMED;
    const end = findEnd(buffer, Math.max(filled - 3, 0), filled += read);
    if (end === undefined) continue;
    // Each byte as a character: a head that is not ASCII stays what it is.
    const text = String.fromCharCode(...buffer.subarray(0, end));
    const head = parseHead(text);
    if (!head) return MALFORMED;
    return { ...head, socket, rest: buffer.slice(end + 4, filled) };
  }
}

const MALFORMED: Refusal = {
  reason: "malformed",
  status: 400,
  text: "this is not an HTTP request",
};

const [CR, LF] = [13, 10];

/** Where the first empty line is in `bytes`. */
function findEnd(
  bytes: Uint8Array,
  from: number,
  to: number,
): number | undefined {
  for (let at = from; at + 3 < to; at++) {
    if (
      bytes[at] === CR && bytes[at + 1] === LF && bytes[at + 2] === CR &&
      bytes[at + 3] === LF
    ) return at;
  }
  return undefined;
}

/** Sends an answer, and waits until the client has ended its side, too. */
async function finish(socket: Deno.Conn, answer: Uint8Array): Promise<void> {
  await writeAll(socket, answer);
  await socket.closeWrite();
  const discarded = new Uint8Array(FIRST_READ);
  while (await socket.read(discarded) !== null);
}
