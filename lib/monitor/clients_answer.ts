/**
 * The monitor's answers about clients: those that are connected, as they are asked for,
 * and the newest that left.
 *
 * @module
 */
import { type Answer, jsonAnswer, type Refusal } from "../http/answer.ts";
import type { ConnectedClient, EndedClient, Server } from "../server/serve.ts";
import { formatAddress } from "../wire/address.ts";
import { clientTable, type Sort, SORTS } from "./client_table.ts";

/** How many clients there are in an answer, by default and at most. */
const [DEFAULT_LIMIT, MAX_LIMIT] = [50, 1000] as const;

/** Some of the connected clients, by `sort`, `limit` and `offset`. */
export function clientsAnswer(
  { clients }: Pick<Server, "clients">,
  query: URLSearchParams,
): Answer | Refusal<"query"> {
  const sort = (query.get("sort") ?? "lag") as Sort;
  const limit = wholeNumber(query.get("limit") ?? `${DEFAULT_LIMIT}`);
  const offset = wholeNumber(query.get("offset") ?? "0");
  if (
    !SORTS.includes(sort) || limit === undefined || limit > MAX_LIMIT ||
    offset === undefined
  ) {
    return {
      reason: "query",
      status: 400,
      text: `sort is one of ${SORTS.join(", ")}; ` +
        `limit a number up to ${MAX_LIMIT}; offset a number`,
    };
  }
  const table = clientTable(clients, { sort, limit, offset });
  return jsonAnswer({
    total: clients.size,
    offset,
    clients: table.map((client) => {
      const { lag, state } = client;
      return { ...facts(client), lag, state };
    }),
  });
}

/** The newest clients that left, the newest first. */
export function endedAnswer({ ended }: Pick<Server, "ended">): Answer {
  return jsonAnswer({ clients: ended.toReversed().map(facts) });
}

/** What connected clients and those that left have alike, and what only the latter have. */
function facts(client: ConnectedClient | EndedClient) {
  const { remoteAddr, protocol, since, dropped } = client;
  const { messagesIn, bytesIn, messagesOut, bytesOut } = client;
  const left = "reason" in client
    ? { until: client.until, reason: client.reason }
    : {};
  const address = "hostname" in remoteAddr
    ? formatAddress(remoteAddr)
    : remoteAddr.transport;
  return {
    ...{ client: client.client, address, protocol, since, ...left },
    ...{ messagesIn, bytesIn, messagesOut, bytesOut, dropped },
  };
}

/** Digits, few enough to be exact. */
function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
