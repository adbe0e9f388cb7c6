import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  clientTable,
  type Sort,
  SORTS,
} from "../../lib/monitor/client_table.ts";
import { holds } from "../support/property.ts";
import { test } from "../support/test.ts";

type Row = Record<Sort, number>;

const ROW = fc.record(
  Object.fromEntries(SORTS.map((sort) => [sort, fc.nat(3)])),
) as fc.Arbitrary<Row>;

test("clientTable() is a part of what sorting all would give", async (t) => {
  await holds(
    t,
    fc.property(
      fc.array(ROW, { maxLength: 30 }),
      fc.constantFrom(...SORTS),
      fc.nat(35),
      fc.nat(35),
      (rows, sort, offset, limit) => {
        const clients = new Map(rows.map((row, n) => [n, row]));
        const sorted = rows.toSorted((a, b) => b[sort] - a[sort]);
        assertEquals(
          clientTable(clients, { sort, offset, limit }),
          sorted.slice(offset, offset + limit),
        );
      },
    ),
  );
});
