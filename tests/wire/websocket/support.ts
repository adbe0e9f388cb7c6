/** WebSocket frames made by hand, right and wrong, and what the decoder makes of them. */
import { concat } from "@std/bytes/concat";
import { WebSocketError } from "../../../lib/wire/websocket/close_code.ts";
import {
  type DecoderOptions,
  WebSocketDecoder,
} from "../../../lib/wire/websocket/decoder.ts";

/** The most bytes of a message in these tests: what the server takes. */
export const MOST = 64 * 1024;

/** What differs from a frame that is a whole message of a client. */
export interface FrameOptions {
  fin?: boolean;
  /** The three reserved bits, as a number. */
  rsv?: number;
  masked?: boolean;
  /** How many bits the length has: 7, 16 or 64. */
  bits?: 7 | 16 | 64;
  /** The length that it claims. */
  claims?: number | bigint;
}

const KEY = [0x37, 0xfa, 0x21, 0x3d];

const ENCODER = new TextEncoder();

/** Bytes that a text or a number of them stands for. */
export function payloadOf(payload: string | number): Uint8Array<ArrayBuffer> {
  return typeof payload === "string"
    ? ENCODER.encode(payload)
    : new Uint8Array(payload).fill(0xfe);
}

/** A frame as a client sends it, unless the options say otherwise. */
export function frame(
  opcode: number,
  payload: string | number | Uint8Array<ArrayBuffer> = "",
  { fin = true, rsv = 0, masked = true, bits, claims }: FrameOptions = {},
): Uint8Array<ArrayBuffer> {
  const bytes = typeof payload === "object" ? payload : payloadOf(payload);
  const length = BigInt(claims ?? bytes.length);
  const width = bits ?? (length < 126 ? 7 : length < 65536 ? 16 : 64);
  const extended = new DataView(new ArrayBuffer(8));
  extended.setBigUint64(0, length);
  return concat([
    Uint8Array.of(
      (fin ? 0x80 : 0) | rsv << 4 | opcode,
      (masked ? 0x80 : 0) |
        (width === 7 ? Number(length) : width === 16 ? 126 : 127),
    ),
    new Uint8Array(extended.buffer, 8 - (width === 7 ? 0 : width / 8)),
    masked ? Uint8Array.from(KEY) : new Uint8Array(),
    masked ? bytes.map((byte, n) => byte ^ KEY[n % 4]!) : bytes,
  ]);
}

/** A close frame. */
export function closing(
  code: number,
  reason: string | Uint8Array<ArrayBuffer> = "",
): Uint8Array<ArrayBuffer> {
  const text = typeof reason === "string" ? payloadOf(reason) : reason;
  return frame(8, concat([Uint8Array.of(code >> 8, code & 255), text]));
}

/**
 * What the decoder finds in chunks, pieces of binary messages joined where nothing is
 * between them; at the end the close code of the error, if there was one.
 */
export function decode(
  chunks: Iterable<Uint8Array<ArrayBuffer>>,
  options: Partial<DecoderOptions> = {},
): string[] {
  const decoder = new WebSocketDecoder({
    masked: true,
    maxBinary: MOST,
    maxText: MOST,
    now: () => 0,
    ...options,
  });
  const parts: string[] = [];
  let binary: Uint8Array[] = [];
  const flush = () => {
    if (binary.length > 0) parts.push(`binary ${digest(concat(binary))}`);
    binary = [];
  };
  try {
    for (const chunk of chunks) {
      for (const part of decoder.decode(chunk.slice())) {
        if (part.type === "binary") {
          binary.push(part.bytes);
          continue;
        }
        flush();
        if (part.type === "text") parts.push(`text ${digest(part.text)}`);
        else if (part.type === "close") {
          parts.push(`close ${part.code ?? "-"} ${digest(part.reason)}`);
        } else parts.push(`${part.type} ${digest(part.payload)}`);
      }
    }
    flush();
  } catch (error) {
    flush();
    if (!(error instanceof WebSocketError)) throw error;
    parts.push(`error ${error.code}`);
  }
  return parts;
}

/** Short texts as they are, what is longer by length and last byte. */
export function digest(what: string | Uint8Array): string {
  const bytes = typeof what === "string" ? ENCODER.encode(what) : what;
  if (bytes.length < 30) return new TextDecoder().decode(bytes);
  return `${bytes.length}:${bytes.at(-1)}`;
}
