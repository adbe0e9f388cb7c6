import { assert, assertEquals, assertThrows } from "@std/assert";
import { concat } from "@std/bytes/concat";
import fc from "fast-check";
import { WebSocketError } from "../../../lib/wire/websocket/close_code.ts";
import {
  MAX_FRAGMENTS,
  WebSocketDecoder,
} from "../../../lib/wire/websocket/decoder.ts";
import { chunksOf } from "../../support/bytes.ts";
import { holds } from "../../support/property.ts";
import { test } from "../../support/test.ts";
import { closing, decode, frame, type FrameOptions, MOST } from "./support.ts";

test("WebSocketDecoder: the other end masks, or it does not, as the option says", () => {
  assertEquals(decode([frame(2, "a", { masked: false })]), ["error 1002"]);
  assertEquals(decode([frame(2, "a")], { masked: false }), ["error 1002"]);
  assertEquals(
    decode([frame(2, "a", { masked: false })], { masked: false }),
    ["binary a"],
  );
});

test("WebSocketDecoder tells the other end what is wrong", () => {
  const open = { fin: false };
  const plain = { masked: false };
  const chunks = (...frames: Uint8Array<ArrayBuffer>[]) => concat(frames);
  for (
    const [bytes, options, message] of [
      [frame(2, "", plain), {}, "a frame is not masked"],
      [frame(2), plain, "a frame is masked"],
      [frame(3), {}, "an opcode, or a reserved bit, that is not known"],
      [frame(2, "", { rsv: 4 }), {}, "an opcode, or a reserved bit, that is"],
      [frame(9, "", open), {}, "a control frame is fragmented"],
      [frame(9, 126), {}, "a control frame is too long"],
      [frame(0), {}, "there is nothing to continue"],
      [
        chunks(frame(2, "a", open), frame(2)),
        {},
        "a message begins inside another",
      ],
      [frame(1), { maxText: 0 }, "text is not accepted"],
      [frame(1, "abc"), { maxText: 2 }, "a message is longer than 2 bytes"],
      [frame(2, "abc"), { maxBinary: 2 }, "a message is longer than 2 bytes"],
      [frame(2, 125, { bits: 16 }), {}, "not written in the shortest way"],
      [frame(2, "", { claims: 2n ** 63n }), {}, "has its highest bit set"],
      [frame(1, Uint8Array.of(255)), {}, "text is not UTF-8"],
      [frame(8, "a"), {}, "half a close code"],
      [closing(999), {}, "a close code that must not be sent"],
    ] as const
  ) {
    const decoder = new WebSocketDecoder({
      masked: true,
      maxBinary: MOST,
      maxText: MOST,
      ...options,
    });
    assertThrows(() => [...decoder.decode(bytes)], WebSocketError, message);
  }
});

test("WebSocketDecoder: text keeps its byte order mark", () => {
  const [part] = new WebSocketDecoder({
    masked: true,
    maxBinary: MOST,
    maxText: MOST,
  }).decode(frame(1, "\ufeffa"));
  assertEquals(part, { type: "text", text: "\ufeffa" });
});

test("WebSocketDecoder: lengths are written in the shortest way", () => {
  for (
    const [length, bits] of [[0, 16], [125, 16], [0, 64], [65535, 64]] as const
  ) {
    assertEquals(decode([frame(2, length, { bits })]), ["error 1002"]);
  }
  assertEquals(
    decode([frame(2, "", { claims: 2n ** 63n })]),
    ["error 1002"],
  );
});

test("WebSocketDecoder: what is too long is refused before it arrives", () => {
  for (const claims of [MOST + 1, 1024 ** 3, 2n ** 63n - 2n ** 52n]) {
    assertEquals(decode([frame(2, "", { claims })]), ["error 1009"]);
  }
  const half = frame(2, MOST / 2, { fin: false });
  assertEquals(
    decode([half, frame(0, "", { claims: MOST / 2 + 1 })]),
    [`binary ${MOST / 2}:254`, "error 1009"],
  );
  assertEquals(
    decode([frame(1, "ab", { claims: 3 })], { maxText: 2 }),
    ["error 1009"],
  );
});

test("WebSocketDecoder: fragments without end are refused", () => {
  assertEquals(MAX_FRAGMENTS, MOST / 64);
  const more = frame(0, "", { fin: false });
  const fragments = (count: number) => [
    frame(2, "a", { fin: false }),
    ...Array(count - 2).fill(more),
    frame(0, "b"),
  ];
  assertEquals(decode(fragments(MAX_FRAGMENTS)), ["binary ab"]);
  assertEquals(decode(fragments(MAX_FRAGMENTS + 1)), [
    "binary a",
    "error 1008",
  ]);
  // Each message may have as many.
  assertEquals(
    decode([...fragments(MAX_FRAGMENTS), ...fragments(MAX_FRAGMENTS)]),
    ["binary abab"],
  );
});

test("WebSocketDecoder: more than 100 control frames in a second are refused", () => {
  for (const opcode of [9, 10]) {
    let now = 0;
    const decoder = new WebSocketDecoder({
      masked: true,
      maxBinary: MOST,
      maxText: 0,
      now: () => now,
    });
    const send = (count: number) =>
      [...decoder.decode(concat(Array(count).fill(frame(opcode))))].length;
    for (let second = 0; second < 3; second++, now += 1000) {
      assertEquals(send(100), 100);
    }
    now -= 1;
    const error = assertThrows(() => send(1), WebSocketError, "too many");
    assertEquals(error.code, 1008);
  }
});

test("WebSocketDecoder: after an error or a close frame it finds nothing more", () => {
  for (const last of [frame(3), closing(1000)]) {
    const decoder = new WebSocketDecoder({
      masked: true,
      maxBinary: MOST,
      maxText: 0,
    });
    try {
      assertEquals([...decoder.decode(last)].length, 1);
    } catch (error) {
      assert(error instanceof WebSocketError);
    }
    assertEquals([...decoder.decode(frame(2, "a"))], []);
  }
});

test("WebSocketDecoder: pieces are handed on as they arrive, without a copy", () => {
  const decoder = new WebSocketDecoder({
    masked: true,
    maxBinary: MOST,
    maxText: 0,
  });
  const bytes = frame(2, 1000);
  const [head, tail] = [bytes.slice(0, 500), bytes.slice(500)];
  for (const piece of [head, tail]) {
    const [part] = decoder.decode(piece);
    assert(part?.type === "binary" && part.bytes.buffer === piece.buffer);
  }
});

/** One frame in ten or so is wrong in some way. */
const anyFrame = fc.record({
  opcode: fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(0, 1, 2, 8, 9, 10) },
    { weight: 1, arbitrary: fc.nat(15) },
  ),
  payload: fc.oneof(
    fc.uint8Array({ maxLength: 140 }).map((bytes) => Uint8Array.from(bytes)),
    fc.constantFrom("", "κόσμε", 125, 126, 700),
  ),
  options: fc.record<FrameOptions>({
    fin: fc.boolean(),
    rsv: fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.nat(7)),
    masked: fc.oneof({ weight: 9, arbitrary: fc.constant(true) }, fc.boolean()),
  }),
});

test("WebSocketDecoder: any split of any sequence decodes the same", async (t) => {
  await holds(
    t,
    fc.property(
      fc.array(anyFrame, { maxLength: 12 }),
      fc.array(fc.nat(300)),
      (frames, cuts) => {
        const bytes = concat(
          frames.map(({ opcode, payload, options }) =>
            frame(opcode, payload, options)
          ),
        );
        const whole = decode([bytes]);
        const pieces: Uint8Array<ArrayBuffer>[] = [];
        let rest = bytes;
        for (const cut of cuts) {
          pieces.push(rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        assertEquals(decode([...pieces, rest]), whole);
        assertEquals(decode(chunksOf(bytes, 1)), whole);
      },
    ),
    300,
  );
});
