/**
 * The WebSocket transport: a WebSocket as a connection of the server uses it. The web
 * side makes one for each browser.
 *
 * @module
 */
import type { DisconnectReason, Notice, Transport } from "../server/serve.ts";
import { CloseCode } from "../wire/websocket/close_code.ts";
import { WebSocketByteStream } from "../wire/websocket/stream.ts";

/** The close codes of endings that a client can still be told of. */
const CODES: Partial<Record<DisconnectReason, CloseCode>> = {
  ended: CloseCode.normal,
  truncated: CloseCode.normal,
  failed: CloseCode.internalError,
  removed: CloseCode.policyViolation,
};

/** A WebSocket, seen from the server. */
export class WebSocketTransport implements Transport {
  readonly remoteAddr: Deno.NetAddr;
  readonly protocol = "websocket";
  readonly #stream: WebSocketByteStream;
  readonly #onInvalid: (code: CloseCode) => void;

  /**
   * Takes over a socket.
   *
   * @param onInvalid Called once with the close code if the client breaks the protocol.
   */
  constructor(
    socket: Transport,
    remoteAddr: Deno.NetAddr,
    onInvalid: (code: CloseCode) => void,
  ) {
    this.#stream = new WebSocketByteStream(socket, { role: "server" });
    this.remoteAddr = remoteAddr;
    this.#onInvalid = onInvalid;
  }

  /** Answers the handshake, before anything else is written. */
  accept(answer: string): void {
    this.#stream.start(answer);
  }

  read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
    return this.#stream.read(buffer);
  }

  write(bytes: Uint8Array): Promise<number> {
    return this.#stream.write(bytes);
  }

  closeWrite(): Promise<void> {
    return this.#stream.closeWrite(CloseCode.goingAway);
  }

  close(reason?: DisconnectReason): void {
    const { error } = this.#stream;
    if (reason === "invalid" && error) {
      const { code, message } = error;
      this.#onInvalid(code);
      this.#stream.close(code, message);
    } else this.#stream.close(reason && CODES[reason]);
  }

  notify(notice: Notice): void {
    this.#stream.sendText(JSON.stringify(notice));
  }
}
