/** Clients of the web side, made by hand. They share only the decoder with it. */
import { concat } from "@std/bytes/concat";
import {
  serve,
  type Server,
  type ServeTcpOptions,
} from "../../lib/server/serve.ts";
import {
  serveWeb,
  type Web,
  type WebOptions,
} from "../../lib/web/serve_web.ts";
import type { Address } from "../../lib/wire/address.ts";
import {
  type Part,
  WebSocketDecoder,
} from "../../lib/wire/websocket/decoder.ts";
import { encodeFrame, Opcode } from "../../lib/wire/websocket/encode.ts";
import { inTime } from "./eventually.ts";

/** What servers answer, as text: heads are ASCII. */
const LATIN = new TextDecoder("latin1");
const UTF8 = new TextDecoder();

/** Any key masks. */
const KEY = Uint8Array.of(1, 2, 3, 4);

/** A page of one small file. */
const PAGE = { "": { type: "text/html; charset=utf-8", body: "<p>a page" } };

/** A server with a web side. */
export interface WebServer extends AsyncDisposable {
  readonly server: Server;
  readonly web: Web;
}

/** Listens on two free ports. */
export async function startWeb(
  options: ServeTcpOptions = {},
  webOptions: WebOptions = {},
): Promise<WebServer> {
  const server = serve({ port: 0, ...options });
  const web = await serveWeb(server, { port: 0, assets: PAGE, ...webOptions });
  return {
    server,
    web,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await inTime(web.finished, "the web side to end");
    },
  };
}

/** An answer of an HTTP server. */
export interface HttpAnswer {
  status: number;
  headers: Headers;
  body: string;
}

/** Sends the head of a request, or something else, and reads until the end. */
export async function request(
  address: Address,
  text: string,
): Promise<HttpAnswer> {
  using socket = await inTime(Deno.connect(address), "a connection");
  await socket.write(new TextEncoder().encode(text));
  return await readAnswer(socket);
}

/** Reads an answer until the end. */
export async function readAnswer(socket: Deno.Conn): Promise<HttpAnswer> {
  const all = await inTime(
    Array.fromAsync(socket.readable, (bytes) => bytes),
    "the end of the answer",
  );
  const [head = "", ...body] = LATIN.decode(concat(all)).split("\r\n\r\n");
  return { ...parse(head), body: body.join("\r\n\r\n") };
}

/** A request for `path`. */
export function get(
  address: Address,
  path: string,
  headers: Record<string, string> = {},
  method = "GET",
): Promise<HttpAnswer> {
  return request(address, head(path, address, headers, method));
}

/** The head of a request. */
export function head(
  path: string,
  { hostname, port }: Address,
  headers: Record<string, string> = {},
  method = "GET",
): string {
  const lines = Object.entries({ Host: `${hostname}:${port}`, ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** The headers of a handshake, with the key of the standard's example. */
export const HANDSHAKE = {
  "Connection": "Upgrade",
  "Upgrade": "websocket",
  "Sec-WebSocket-Version": "13",
  "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
};

/** A WebSocket, byte by byte. */
export class WebPeer implements Disposable {
  readonly socket: Deno.Conn;
  /** The answer to the handshake. */
  readonly answer: Omit<HttpAnswer, "body">;
  readonly #parts: AsyncIterator<Part, undefined>;
  /** Bytes of messages that were received, of which no one was heard yet. */
  #rest: Uint8Array = new Uint8Array();

  private constructor(
    socket: Deno.Conn,
    answer: string,
    rest: Uint8Array<ArrayBuffer>,
  ) {
    this.socket = socket;
    this.answer = parse(answer);
    this.#parts = parts(socket, rest);
  }

  /** Connects, and waits for the answer, whatever it is. */
  static async connect(
    address: Address,
    headers: Record<string, string> = {},
  ): Promise<WebPeer> {
    const socket = await inTime(Deno.connect(address), "a connection");
    return await WebPeer.open(socket, "/ws", address, headers);
  }

  /** The same over a connection that there is. */
  static async open(
    socket: Deno.Conn,
    path: string,
    address: Address,
    headers: Record<string, string> = {},
  ): Promise<WebPeer> {
    const text = head(path, address, { ...HANDSHAKE, ...headers });
    await socket.write(new TextEncoder().encode(text));
    let bytes = new Uint8Array();
    for (;;) {
      const buffer = new Uint8Array(4096);
      const read = await inTime(socket.read(buffer), "an answer");
      bytes = concat([bytes, buffer.subarray(0, read ?? 0)]);
      const end = LATIN.decode(bytes).indexOf("\r\n\r\n");
      if (end < 0 && read !== null) continue;
      const answer = LATIN.decode(bytes.subarray(0, end));
      return new WebPeer(socket, answer, bytes.slice(end + 4));
    }
  }

  /** Sends bytes as they are. */
  async send(bytes: Uint8Array): Promise<void> {
    for (let rest = bytes; rest.length > 0;) {
      const taken = await inTime(this.socket.write(rest), "bytes to be taken");
      rest = rest.subarray(taken);
    }
  }

  /** Sends texts as messages of the chat, in one of the WebSocket. */
  say(...texts: string[]): Promise<void> {
    const bodies = texts.map((text) => new TextEncoder().encode(text));
    return this.sendFrame(
      Opcode.binary,
      concat(bodies.flatMap((body) => [Uint8Array.of(body.length), body])),
    );
  }

  /** Sends a frame that is a whole message. */
  sendFrame(opcode: Opcode, payload: Uint8Array | string = ""): Promise<void> {
    return this.send(encodeFrame(opcode, payload, KEY));
  }

  /** The next part of what arrives; `undefined` at the end. */
  async next(): Promise<Part | undefined> {
    return (await inTime(this.#parts.next(), "something to arrive")).value;
  }

  /**
   * The next message of the chat, or what arrives in its place: a notice as it is,
   * `close CODE`; `null` at the end.
   */
  async hear(): Promise<string | null> {
    for (;;) {
      const length = this.#rest[0];
      if (length !== undefined && this.#rest.length > length) {
        const body = this.#rest.subarray(1, 1 + length);
        this.#rest = this.#rest.subarray(1 + length);
        return UTF8.decode(body);
      }
      const part = await this.next();
      if (!part) return null;
      if (part.type === "text") return part.text;
      if (part.type === "close") return `close ${part.code}`;
      if (part.type === "binary") this.#rest = concat([this.#rest, part.bytes]);
      else return part.type;
    }
  }

  /** All that {@linkcode WebPeer.hear} gives, up to the end. */
  async hearAll(): Promise<string[]> {
    const all = [];
    for (let heard; (heard = await this.hear()) !== null;) all.push(heard);
    return all;
  }

  [Symbol.dispose](): void {
    this.socket[Symbol.dispose]();
  }
}

async function* parts(
  socket: Deno.Conn,
  first: Uint8Array<ArrayBuffer>,
): AsyncGenerator<Part, undefined> {
  const decoder = new WebSocketDecoder({
    masked: false,
    maxBinary: Infinity,
    maxText: 4096,
  });
  yield* decoder.decode(first);
  const buffer = new Uint8Array(64 * 1024);
  for (
    let read;
    (read = await inTime(socket.read(buffer), "bytes")) !== null;
  ) {
    // Copied, because parts are kept while more is read.
    yield* decoder.decode(buffer.slice(0, read));
  }
  return undefined;
}

function parse(head: string): Omit<HttpAnswer, "body"> {
  const [first = "", ...lines] = head.split("\r\n");
  const headers = new Headers(
    lines.map((line) => line.split(": ", 2) as [string, string]),
  );
  return { status: Number(first.split(" ")[1]), headers };
}
