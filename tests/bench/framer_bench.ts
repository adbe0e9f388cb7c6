/** From reads to runs, by what a read brings. */
import { concat } from "@std/bytes/concat";
import { encode } from "../../lib/wire/frame.ts";
import { type ByteSource, frames } from "../../lib/wire/framer.ts";

const MEBIBYTE = 1024 * 1024;

/** A connection that brings `bytes`, at most `size` a read. */
function source(bytes: Uint8Array<ArrayBuffer>, size: number): ByteSource {
  let at = 0;
  return {
    read(buffer): Promise<number | null> {
      const end = Math.min(at + size, at + buffer.length, bytes.length);
      buffer.set(bytes.subarray(at, end));
      const read = end - at;
      at = end;
      return Promise.resolve(read === 0 ? null : read);
    },
  };
}

function stream(body: number, bytes: number): Uint8Array<ArrayBuffer> {
  const frame = encode(new Uint8Array(body));
  return concat(Array(Math.floor(bytes / frame.length)).fill(frame));
}

function bench(
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
): void {
  Deno.bench(`frames() ${name}`, async () => {
    for await (const _ of frames(source(bytes, size)));
  });
}

for (const body of [8, 64, 255]) {
  const bytes = stream(body, MEBIBYTE);
  bench(`busy: 1 MiB of ${body}-byte bodies, full reads`, bytes, MEBIBYTE);
}
bench(
  "busy: 1 MiB of 64-byte bodies, reads of 1460",
  stream(64, MEBIBYTE),
  1460,
);
bench("trickling: 1000 of 64-byte bodies, each a read", stream(64, 65_000), 65);
bench(
  "trickling: 1000 of 64-byte bodies, each two reads",
  stream(64, 65_000),
  33,
);
