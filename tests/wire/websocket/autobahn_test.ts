/**
 * The cases of the Autobahn test suite for WebSocket servers, restated for the decoder,
 * by the numbers they have there. Not among them are 9.1 to 9.8, of which only messages
 * up to our limit apply, and 12 and 13: compression is not offered.
 */
import { assertEquals } from "@std/assert";
import { concat } from "@std/bytes/concat";
import { chunksOf } from "../../support/bytes.ts";
import { test } from "../../support/test.ts";
import { closing, decode, digest, frame, payloadOf } from "./support.ts";

type Frames = Uint8Array<ArrayBuffer>[];

/** Numbers, what arrives, what is found. */
type Case = [string, Frames, string[]];

const LENGTHS = [0, 125, 126, 127, 128, 65535, 65536];
const HELLO = "Hello, world!";
const open = { fin: false };

/** Bytes of a broken piece of UTF-8. */
const BROKEN = Uint8Array.of(0xce, 0xba, 0xe1, 0xbd, 0xb9, 0xed, 0xa0, 0x80);

function times<T>(count: number, what: T[]): T[] {
  return Array.from({ length: count }, () => what).flat();
}

const CASES: Case[] = [
  ...LENGTHS.map((length, n): Case => [
    `1.1.${n + 1}`,
    [frame(1, "*".repeat(length))],
    [`text ${digest("*".repeat(length))}`],
  ]),
  ...LENGTHS.map((length, n): Case => [
    `1.2.${n + 1}`,
    [frame(2, length)],
    length > 0 ? [`binary ${digest(payloadOf(length))}`] : [],
  ]),
  ["2.1", [frame(9)], ["ping "]],
  ["2.2", [frame(9, HELLO)], [`ping ${HELLO}`]],
  ["2.3", [frame(9, Uint8Array.of(0, 255, 254))], ["ping \0\ufffd\ufffd"]],
  ["2.4, 2.6", [frame(9, 125)], ["ping 125:254"]],
  ["2.5", [frame(9, 126)], ["error 1002"]],
  ["2.7", [frame(10)], ["pong "]],
  ["2.8", [frame(10, HELLO)], [`pong ${HELLO}`]],
  ["2.9", [frame(10, HELLO), frame(9, "p")], [`pong ${HELLO}`, "ping p"]],
  ["2.10, 2.11", times(10, [frame(9, "p")]), times(10, ["ping p"])],
  ["3.1", [frame(1, HELLO, { rsv: 1 })], ["error 1002"]],
  ...["3.2", "3.3", "3.4"].map((name, n): Case => [
    name,
    [frame(1, HELLO), frame(1, HELLO, { rsv: n + 2 }), frame(9)],
    [`text ${HELLO}`, "error 1002"],
  ]),
  ["3.5", [frame(2, 8, { rsv: 5 })], ["error 1002"]],
  ["3.6", [frame(9, HELLO, { rsv: 6 })], ["error 1002"]],
  ["3.7", [frame(8, "", { rsv: 7 })], ["error 1002"]],
  ...[3, 4, 5, 6, 7].map((opcode, n): Case => [
    `4.1.${n + 1}`,
    [frame(1, HELLO), frame(opcode, n > 0 ? HELLO : ""), frame(9)],
    [`text ${HELLO}`, "error 1002"],
  ]),
  ...[11, 12, 13, 14, 15].map((opcode, n): Case => [
    `4.2.${n + 1}`,
    [frame(1, HELLO), frame(opcode, n > 0 ? HELLO : ""), frame(9)],
    [`text ${HELLO}`, "error 1002"],
  ]),
  ["5.1", [frame(9, "a", open), frame(0, "b")], ["error 1002"]],
  ["5.2", [frame(10, "a", open), frame(0, "b")], ["error 1002"]],
  ["5.3 to 5.5", [frame(1, "a", open), frame(0, "b")], ["text ab"]],
  [
    "5.6 to 5.8",
    [frame(1, "a", open), frame(9, "p"), frame(0, "b")],
    ["ping p", "text ab"],
  ],
  ["5.9 to 5.11", [frame(0, "a"), frame(1, HELLO)], ["error 1002"]],
  ["5.12 to 5.14", [frame(0, "a", open), frame(1, HELLO)], ["error 1002"]],
  [
    "5.15",
    [
      ...[frame(1, "a", open), frame(0, "b"), frame(0, "c", open)],
      ...[frame(1, "d", open), frame(0, "e")],
    ],
    ["text ab", "error 1002"],
  ],
  [
    "5.16",
    times(2, [frame(0, "a", open), frame(1, "b", open), frame(0, "c")]),
    ["error 1002"],
  ],
  [
    "5.17",
    times(2, [frame(0, "a"), frame(1, "b", open), frame(0, "c")]),
    ["error 1002"],
  ],
  ["5.18", [frame(1, "a", open), frame(1, "b")], ["error 1002"]],
  [
    "5.19, 5.20",
    [
      ...[frame(1, "a", open), frame(0, "b", open), frame(9, "p")],
      ...[frame(0, "c", open), frame(0, "d", open), frame(9, "q")],
      frame(0, "e"),
    ],
    ["ping p", "ping q", "text abcde"],
  ],
  ["6.1.1", [frame(1)], ["text "]],
  ["6.1.2", [frame(1, "", open), frame(0, "", open), frame(0)], ["text "]],
  [
    "6.1.3",
    [frame(1, "", open), frame(0, "m", open), frame(0)],
    ["text m"],
  ],
  ["6.2.1", [frame(1, "κόσμε-µ@ß")], ["text κόσμε-µ@ß"]],
  [
    "6.2.2 to 6.2.4",
    [...payloadOf("κόσμε")].map((byte, n, { length }) =>
      frame(n ? 0 : 1, Uint8Array.of(byte), { fin: n === length - 1 })
    ),
    ["text κόσμε"],
  ],
  ["6.3.1", [frame(1, BROKEN)], ["error 1007"]],
  [
    "6.3.2, 6.4",
    [frame(1, BROKEN.slice(0, 3), open), frame(0, BROKEN.slice(3))],
    ["error 1007"],
  ],
  ...[[0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xff]].map(
    (bytes): Case => [
      `6.6 to 6.23 ${bytes}`,
      [frame(1, Uint8Array.from(bytes))],
      ["error 1007"],
    ],
  ),
  ["7.1.1", [frame(1, HELLO), closing(1000)], [`text ${HELLO}`, "close 1000 "]],
  ["7.1.2", [closing(1000), closing(1000)], ["close 1000 "]],
  ["7.1.3", [closing(1000), frame(9)], ["close 1000 "]],
  ["7.1.4", [closing(1000), frame(1, HELLO)], ["close 1000 "]],
  [
    "7.1.5",
    [frame(1, "a", open), closing(1000), frame(0, "b")],
    ["close 1000 "],
  ],
  ["7.1.6", [frame(1, 4 * 65536)], ["error 1009"]],
  ["7.3.1", [frame(8)], ["close - "]],
  ["7.3.2", [frame(8, "a")], ["error 1002"]],
  ["7.3.3", [closing(1000)], ["close 1000 "]],
  ["7.3.4", [closing(1000, HELLO)], [`close 1000 ${HELLO}`]],
  ["7.3.5", [closing(1000, "*".repeat(123))], ["close 1000 123:42"]],
  ["7.3.6", [closing(1000, "*".repeat(124))], ["error 1002"]],
  ["7.5.1", [closing(1000, BROKEN)], ["error 1007"]],
  ...[
    ...[1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011],
    ...[3000, 3999, 4000, 4999],
  ].map((code, n): Case => [
    `7.7.${n + 1}`,
    [closing(code)],
    [`close ${code} `],
  ]),
  ...[0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999].map(
    (code, n): Case => [`7.9.${n + 1}`, [closing(code)], ["error 1002"]],
  ),
  ["7.13.1", [closing(5000)], ["error 1002"]],
  ["7.13.2", [closing(65535)], ["error 1002"]],
  ["9.1.1", [frame(1, "*".repeat(65536))], ["text 65536:42"]],
  ["9.1.2 to 9.1.6", [frame(1, "", { claims: 262144 })], ["error 1009"]],
  ["9.2.1", [frame(2, 65536)], ["binary 65536:254"]],
  ["9.2.2 to 9.2.6", [frame(2, "", { claims: 262144 })], ["error 1009"]],
  [
    "9.3, 9.4",
    [frame(2, 64, open), ...times(1024, [frame(0, 64, open)])],
    ["binary 65536:254", "error 1009"],
  ],
  ["9.7, 9.8", times(1000, [frame(2, "x")]), ["binary 1000:120"]],
  [
    "10.1.1",
    [
      frame(1, "*".repeat(1300), open),
      ...times(49, [frame(0, "*".repeat(1300), open)]),
      frame(0, "*".repeat(536)),
    ],
    ["text 65536:42"],
  ],
];

for (const [name, frames, found] of CASES) {
  test(`Autobahn ${name}: frame by frame, in one piece, octet by octet, chopped`, () => {
    assertEquals(decode(frames), found);
    const bytes = concat(frames);
    for (const size of [bytes.length, 1, 997]) {
      assertEquals(decode(chunksOf(bytes, Math.max(size, 1))), found);
    }
  });
}

test("Autobahn: where text is not accepted, each case with text ends with 1003 there", () => {
  for (const [name, frames, found] of CASES) {
    const first = frames.findIndex((bytes) => bytes[0]! % 16 === 1);
    if (first < 0 || /^3.1|^7.1.[45]/.test(name)) continue;
    const before = decode(frames.slice(0, first), { maxText: 0 });
    const expected = before.at(-1)?.startsWith("error")
      ? before
      : [...before, "error 1003"];
    assertEquals(decode(frames, { maxText: 0 }), expected, `${name} ${found}`);
  }
});
