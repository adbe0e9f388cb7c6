/**
 * The client table: some clients out of many, sorted. The monitor answers with it, page
 * by page, and must not hold up the chat meanwhile.
 *
 * @module
 */
import type { ConnectedClient } from "../server/serve.ts";

/** What clients can be sorted by: the largest first, and the first client of equal ones. */
export const SORTS = [
  ...["lag", "dropped", "client", "since"] as const,
  ...["messagesIn", "bytesIn", "messagesOut", "bytesOut"] as const,
] as const;

/** One of them. */
export type Sort = typeof SORTS[number];

/** Which clients are asked for. */
export interface ClientQuery {
  readonly sort: Sort;
  readonly offset: number;
  readonly limit: number;
}

/**
 * The clients from `offset` on, `limit` of them.
 *
 * Sorting so many objects would take tens of milliseconds: what is sorted is one array of
 * numbers, and then only the clients that can be among the ones that are asked for.
 */
export function clientTable<C extends Pick<ConnectedClient, Sort>>(
  clients: ReadonlyMap<number, C>,
  { sort, offset, limit }: ClientQuery,
): C[] {
  const end = Math.min(offset + limit, clients.size);
  if (offset >= end) return [];
  const values = Float64Array.from(clients.values(), (client) => client[sort]);
  const least = values.toSorted()[values.length - end]!;
  const above: { client: C; value: number }[] = [];
  const equal: { client: C; value: number }[] = [];
  let n = 0;
  for (const client of clients.values()) {
    const value = values[n++]!;
    if (value > least) above.push({ client, value });
    else if (value === least && equal.length < end) {
      equal.push({ client, value });
    }
  }
  above.sort((a, b) => b.value - a.value);
  return [...above, ...equal].slice(offset, end).map(({ client }) => client);
}
