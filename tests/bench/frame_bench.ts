/** Bodies to frames and back. */
import { bodies, encode, leadingRun } from "../../lib/wire/frame.ts";
import { concat } from "@std/bytes/concat";

const COUNT = 1000;

for (const length of [8, 64, 255]) {
  const body = new Uint8Array(length);
  const text = "x".repeat(length);
  const stream = concat(Array(COUNT).fill(encode(body)));
  const many = `${COUNT} bodies of ${length} bytes`;
  Deno.bench(`encode() ${many}`, () => {
    for (let n = 0; n < COUNT; n++) encode(body);
  });
  Deno.bench(`encode() ${many}, as text`, () => {
    for (let n = 0; n < COUNT; n++) encode(text);
  });
  Deno.bench(`leadingRun() ${many}`, () => void leadingRun(stream));
  Deno.bench(`bodies() ${many}`, () => {
    for (const _ of bodies(stream));
  });
}
