import { assertEquals } from "@std/assert";
import {
  encodeClose,
  encodeFrame,
  encodeHeader,
  mask,
} from "../../../lib/wire/websocket/encode.ts";
import { acceptKey, isKey } from "../../../lib/wire/websocket/handshake.ts";
import { test } from "../../support/test.ts";
import { closing, decode, digest, frame, payloadOf } from "./support.ts";

const LENGTHS = [0, 1, 125, 126, 127, 65535, 65536, 70000];
const KEY = Uint8Array.of(1, 2, 3, 4);

test("encodeHeader() writes lengths in the shortest way", () => {
  for (const length of LENGTHS) {
    const whole = frame(2, length, { masked: false });
    assertEquals(encodeHeader(2, length), whole.slice(0, -length || undefined));
  }
});

test("encodeFrame() makes what the decoder reads, masked or not", () => {
  const options = { maxBinary: 70_000 };
  for (const length of LENGTHS) {
    const payload = payloadOf(length);
    const found = length > 0 ? [`binary ${digest(payload)}`] : [];
    assertEquals(decode([encodeFrame(2, payload, KEY)], options), found);
    assertEquals(
      decode([encodeFrame(2, payload)], { ...options, masked: false }),
      found,
    );
  }
  assertEquals(decode([encodeFrame(1, "κόσμε", KEY)]), ["text κόσμε"]);
});

test("encodeClose() cuts a reason that is too long between characters", () => {
  assertEquals(decode([encodeClose(1001, "bye", KEY)]), ["close 1001 bye"]);
  const long = encodeClose(1001, "€".repeat(50));
  assertEquals(long, frame(8, long.slice(2), { masked: false }));
  assertEquals(
    long.slice(2),
    closing(1001, "€".repeat(41)).slice(6).map(
      (byte, n) => byte ^ [0x37, 0xfa, 0x21, 0x3d][n % 4]!,
    ),
  );
});

test("mask() undoes itself, from any offset", () => {
  const bytes = Uint8Array.from({ length: 23 }, (_, n) => n);
  for (let offset = 0; offset < 8; offset++) {
    const masked = bytes.slice();
    mask(masked, KEY, offset);
    assertEquals(masked, bytes.map((byte, n) => byte ^ KEY[(offset + n) % 4]!));
    mask(masked, KEY, offset);
    assertEquals(masked, bytes);
  }
});

test("acceptKey() answers the standard's own example", async () => {
  assertEquals(
    await acceptKey("dGhlIHNhbXBsZSBub25jZQ=="),
    "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
  );
});

test("isKey() takes 16 bytes in base64, nothing else", () => {
  for (let n = 0; n < 20; n++) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    assertEquals(isKey(bytes.toBase64()), true);
    for (const length of [0, 15, 17, 18, 19]) {
      assertEquals(isKey(new Uint8Array(length).toBase64()), false);
    }
  }
  for (
    const key of ["", "dGhlIHNhbXBsZSBub25jZQ", "dGhlIHNhbXBsZSBub25jZR=="]
  ) {
    assertEquals(isKey(key), false);
  }
});
