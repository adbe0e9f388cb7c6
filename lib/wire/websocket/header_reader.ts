/**
 * The header reader: reads and checks the headers of the frames that one end of a
 * WebSocket receives (RFC 6455, section 5.2, without extensions). The decoder gives
 * it their bytes, and reads what is behind them.
 *
 * @module
 */
import { fail } from "./close_code.ts";
import {
  FIN,
  LENGTH_16,
  LENGTH_64,
  MASKED,
  MAX_CONTROL,
  Opcode,
} from "./encode.ts";

/** Bytes of a key. */
const KEY = 4;

const CONTROL = 0x08;

const OPCODES: ReadonlySet<number> = new Set(Object.values(Opcode));

/** What a header says. */
export interface FrameHeader {
  readonly opcode: number;
  /** Whether this is a control frame. */
  readonly control: boolean;
  /** Whether this is the last frame of its message. */
  readonly last: boolean;
  /** Of the payload, in bytes. */
  readonly length: number;
  /** What the payload is masked with. */
  readonly key: number[] | undefined;
}

/** Reads one header after the other. */
export class HeaderReader {
  readonly #masked: boolean;
  /** Those of the current header. */
  readonly #bytes: number[] = [];
  /** @param masked Whether the other end must mask what it sends. Else it must not. */
  constructor(masked: boolean) {
    this.#masked = masked;
  }

  /**
   * Takes the next byte, and returns the header that it completes.
   *
   * @throws {WebSocketError} If the other end broke the protocol.
   */
  push(byte: number): FrameHeader | undefined {
    const bytes = this.#bytes;
    bytes.push(byte);
    // Before the second byte is there, it counts as 0.
    const [first, second] = bytes as [number, number];
    if (bytes.length === 2) this.#check(first, second);
    if (bytes.length < this.#sizeOf(second)) return undefined;
    const key = this.#masked ? bytes.splice(-KEY) : undefined;
    const header = {
      opcode: first & ~FIN,
      control: Boolean(first & CONTROL),
      last: Boolean(first & FIN),
      length: lengthOf(bytes),
      key,
    };
    bytes.length = 0;
    return header;
  }

  /** Checks the first two bytes. */
  #check(first: number, second: number): void {
    if (!OPCODES.has(first & ~FIN)) {
      fail("an opcode, or a reserved bit, that is not known");
    }
    if (second >= MASKED !== this.#masked) {
      fail(this.#masked ? "a frame is not masked" : "a frame is masked");
    }
    if (first & CONTROL) {
      if (!(first & FIN)) fail("a control frame is fragmented");
      if ((second & ~MASKED) > MAX_CONTROL) fail("a control frame is too long");
    }
  }

  /** How long a header with this second byte is, in bytes. */
  #sizeOf(second: number): number {
    const short = second & ~MASKED;
    const extended = short === LENGTH_64 ? 8 : short === LENGTH_16 ? 2 : 0;
    return 2 + extended + (this.#masked ? KEY : 0);
  }
}

/** The length that the bytes before the key say. */
function lengthOf(bytes: number[]): number {
  const [, second, ...extended] = bytes as [number, number, ...number[]];
  if (extended.length === 0) return second & ~MASKED;
  const length = extended.reduce((high, byte) => high * 256 + byte);
  if (length < (extended.length === 2 ? LENGTH_16 : 2 ** 16)) {
    fail("a length is not written in the shortest way");
  }
  if (length >= 2 ** 63) fail("a length has its highest bit set");
  return length;
}
