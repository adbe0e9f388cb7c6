import { assertEquals } from "@std/assert";
import { isCloseCode, lost } from "../../../lib/wire/websocket/close_code.ts";
import { isDisconnect } from "../../../lib/wire/io_error.ts";
import { test } from "../../support/test.ts";

test("isCloseCode() takes the codes that a close frame may carry, and no others", () => {
  const codes = Array.from({ length: 2 ** 16 }, (_, code) => code)
    .filter(isCloseCode);
  const range = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, n) => first + n);
  assertEquals(codes, [
    ...range(1000, 1003),
    ...range(1007, 1014),
    ...range(3000, 4999),
  ]);
});

test("lost() is a disconnect", () => {
  assertEquals(isDisconnect(lost()), true);
});
