import { concat } from "@std/bytes/concat";
import { bodies, encode } from "../../lib/frame.ts";
import { frames } from "../../lib/framer.ts";
import { Chunks, chunksOf } from "../support/bytes.ts";

/** A mebibyte of frames with bodies of 64 bytes: 16 131 of them. */
const STREAM = concat(
  Array.from(
    { length: Math.floor(1024 * 1024 / 65) },
    () => encode(new Uint8Array(64)),
  ),
);

for (const size of [1460, 65536]) {
  Deno.bench(`frames() 1 MiB of 64-byte bodies in reads of ${size}`, {
    group: "frames",
  }, async () => {
    for await (const _ of frames(new Chunks(chunksOf(STREAM, size))));
  });
}

Deno.bench("bodies() 1 MiB of 64-byte bodies", { group: "frames" }, () => {
  for (const _ of bodies(STREAM));
});
