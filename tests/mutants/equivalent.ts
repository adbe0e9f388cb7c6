/**
 * Mutants that no test can notice, or none should, each with the reason. They are
 * known by their text and not by their place, so that the list outlives edits.
 */

/** Mutants of one or more equal lines of a function. */
export interface Equivalent {
  /** The path from the root of the repository. */
  readonly file: string;
  /** The function, method or constant; empty at the top of the module. */
  readonly within: string;
  /** The line before and after, as the survivors are printed. */
  readonly before: string;
  readonly after: string;
  /** Why no test notices. */
  readonly reason: string;
}

export const equivalents: readonly Equivalent[] = [
  ...["if (true)", "if (maxRate <= Infinity)"].map((condition) => ({
    file: "lib/server/clients.ts",
    within: "constructor",
    before: "if (maxRate < Infinity) this.#rateLimit = new RateLimit(maxRate);",
    after: `${condition} this.#rateLimit = new RateLimit(maxRate);`,
    reason:
      "a limit of infinity never waits, but costs each client a generator",
  })),
  {
    file: "lib/server/callbacks.ts",
    within: "call",
    before: "if (result) Promise.resolve(result).catch(this.report);",
    after: "if (true) Promise.resolve(result).catch(this.report);",
    reason: "the condition spares a promise for each event",
  },
  ...["if (true) {", "if (bytes.length >= LARGEST_PART * this.#hub.capacity) {"]
    .map((after) => ({
      file: "lib/server/publisher.ts",
      within: "publish",
      before: "if (bytes.length > LARGEST_PART * this.#hub.capacity) {",
      after,
      reason: "one part is broadcast the same way, but for promises",
    })),
  ...[
    "return code <= 0x100 ? `\\\\x${hex}` : `\\\\u{${hex}}`;",
    "return code < (0x100 * 2) ? `\\\\x${hex}` : `\\\\u{${hex}}`;",
  ].map((after) => ({
    file: "lib/wire/escape.ts",
    within: "visible",
    before: "return code < 0x100 ? `\\\\x${hex}` : `\\\\u{${hex}}`;",
    after,
    reason: "no character from U+100 to U+1FF is escaped",
  })),
  {
    file: "lib/wire/framer.ts",
    within: "buffer",
    before: "return this.#begun === 0 ? bytes : bytes.subarray(this.#begun);",
    after: "return false ? bytes : bytes.subarray(this.#begun);",
    reason: "the same bytes, but a view more for each client that waits",
  },
  ...["if (true) {", "if (this.#begun >= 0) {"].map((after) => ({
    file: "lib/wire/framer.ts",
    within: "push",
    before: "if (this.#begun > 0) {",
    after,
    reason: "nothing is copied, but each client has 255 bytes for it",
  })),
  {
    file: "lib/wire/framer.ts",
    within: "push",
    before: "this.#copy ??= new Uint8Array(MAX_BODY);",
    after: "this.#copy = new Uint8Array(MAX_BODY);",
    reason:
      "the last copy is not needed any more; it only spares an allocation",
  },
  {
    file: "lib/wire/websocket/stream.ts",
    within: "read",
    before: "if (this.#closed || this.#inputEnd) return this.#readOn(buffer);",
    after: "if (true) return this.#readOn(buffer);",
    reason: "an async function reads the same; it costs an idle client memory",
  },
  ...["(512 * 2)", "(512 / 2)"].map((size) => ({
    file: "lib/wire/websocket/stream.ts",
    within: "#closeGently",
    before: "const discarded = new Uint8Array(512);",
    after: `const discarded = new Uint8Array(${size});`,
    reason: "what is read is thrown away",
  })),
  {
    file: "lib/wire/websocket/header_reader.ts",
    within: "push",
    before: "if (bytes.length === 2) this.#check(first, second);",
    after: "if (true) this.#check(first, second);",
    reason: "the same two bytes are checked again",
  },
  ...[
    "for (; at + 5 <= length; at += 4) { // four at a time are twice as fast",
    "for (; at + 3 <= length; at += 4) { // four at a time are twice as fast",
    "for (; at + 4 < length; at += 4) { // four at a time are twice as fast",
    "for (; false; at += 4) { // four at a time are twice as fast",
  ].map((after) => ({
    file: "lib/wire/websocket/encode.ts",
    within: "mask",
    before:
      "for (; at + 4 <= length; at += 4) { // four at a time are twice as fast",
    after,
    reason: "the loop behind it does what is left, slower",
  })),
  {
    file: "lib/wire/websocket/encode.ts",
    within: "mask",
    before: "for (; at < length; at++) bytes[at]! ^= key[(offset + at) & 3]!;",
    after: "for (; at <= length; at++) bytes[at]! ^= key[(offset + at) & 3]!;",
    reason: "nothing is written behind the end of an array",
  },
  {
    file: "lib/wire/read_buffer.ts",
    within: "#followTraffic",
    before: "if (next === size) return;",
    after: "if (false) return;",
    reason: "the buffer is put away and taken again",
  },
];
