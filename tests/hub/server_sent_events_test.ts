import { assertEquals } from "@std/assert";
import { Hub } from "../../lib/hub/hub.ts";
import { inTime } from "../support/eventually.ts";
import { test } from "../support/test.ts";

/** Serves the hub's messages as lib/hub/README.md shows it. */
function serveEvents(hub: Hub) {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
    if (hub.closed) return new Response(null, { status: 503 });
    const channel = hub.subscribe();
    const events = new ReadableStream({
      async pull(controller) {
        const { done, value } = await channel.next();
        if (done) controller.close();
        else controller.enqueue(value.bytes);
      },
      cancel: () => channel.close(),
    });
    return new Response(events, {
      headers: { "content-type": "text/event-stream" },
    });
  });
}

test("Hub.close() ends a response of events after what was broadcast, with an EventSource open", async () => {
  const hub = new Hub();
  const server = serveEvents(hub);
  const source = new EventSource(`http://127.0.0.1:${server.addr.port}`);
  const received: string[] = [];
  source.onmessage = ({ data }) => received.push(data);
  await inTime(
    new Promise((resolve) => source.onopen = resolve),
    "the EventSource to open",
  );
  const ended = new Promise((resolve) => source.onerror = resolve);
  hub.broadcast(new TextEncoder().encode("data: one\n\n"));
  hub.broadcast(new TextEncoder().encode("data: two\n\n"));
  hub.close();
  await inTime(ended, "the response to end");
  assertEquals(received, ["one", "two"]);
  await inTime(server.shutdown(), "the HTTP server to end");
  source.close();
});
