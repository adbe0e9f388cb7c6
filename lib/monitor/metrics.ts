/**
 * Metrics: a snapshot in Prometheus' text format. No label has values that clients
 * choose.
 *
 * @module
 */
import type { Snapshot } from "./snapshot.ts";

/** The media type of the format. */
export const METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8";

type Value = number | Readonly<Record<string, number>>;

/** The text that Prometheus reads. */
export function metricsText(snapshot: Snapshot): string {
  const lines: string[] = [];
  /** One metric; a record is one with a value for each value of `label`. */
  const metric = (
    type: "counter" | "gauge",
    name: string,
    help: string,
    value: Value,
    label = "",
  ) => {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`);
    if (typeof value === "number") lines.push(`${name} ${value}`);
    else {
      for (const [key, number] of Object.entries(value)) {
        lines.push(`${name}{${label}="${key}"} ${number}`);
      }
    }
  };
  const counter = metric.bind(undefined, "counter");
  const gauge = metric.bind(undefined, "gauge");

  const { server, hub, process, web, room, version, started } = snapshot;
  gauge("zillions_build_info", "The version.", { [version]: 1 }, "version");
  gauge(
    "zillions_ready",
    "Whether clients can chat.",
    Number(!snapshot.unready),
  );
  gauge("zillions_clients", "Clients connected now.", server.clients);
  counter(
    "zillions_messages_received_total",
    "Messages received from clients.",
    server.messagesIn,
  );
  counter(
    "zillions_received_bytes_total",
    "Bytes of these messages.",
    server.bytesIn,
  );
  counter(
    "zillions_messages_sent_total",
    "Messages sent, once for each client.",
    server.messagesOut,
  );
  counter(
    "zillions_sent_bytes_total",
    "Bytes of these messages.",
    server.bytesOut,
  );
  counter(
    "zillions_messages_dropped_total",
    "Messages that lagging clients lost, once for each client.",
    server.dropped,
  );
  gauge(
    "zillions_lag_messages",
    "Messages that wait for the client furthest behind.",
    server.lag,
  );
  counter("zillions_broadcasts_total", "Messages broadcast.", hub.broadcasts);
  gauge("zillions_hub_capacity_bytes", "Memory for messages.", hub.capacity);
  counter(
    "zillions_disconnects_total",
    "Clients that are no longer connected.",
    server.disconnected,
    "reason",
  );
  counter("zillions_refused_total", "Clients refused by a limit.", {
    max_clients: server.refused,
    max_clients_per_address: server.refusedPerAddress,
  }, "limit");
  counter(
    "zillions_accept_errors_total",
    "Times that accepting failed and paused.",
    server.acceptErrors,
  );
  counter(
    "zillions_unreported_errors_total",
    "Errors of the program's own callbacks.",
    server.unreported,
  );
  lines.push(...delayLines(snapshot.delay));
  if (web) {
    counter(
      "zillions_web_refused_total",
      "Requests that the web side refused.",
      web.refused,
      "reason",
    );
    counter(
      "zillions_web_invalid_total",
      "WebSockets that broke the protocol.",
      web.invalid,
      "code",
    );
  }
  if (room) {
    gauge(
      "zillions_engine_up",
      "Whether messages flow through the engine.",
      Number(room.engineUp),
    );
    counter(
      "zillions_engine_gaps_total",
      "Times that part of the stream was missed.",
      room.gaps,
    );
    counter(
      "zillions_engine_gap_messages_total",
      "Messages in those parts.",
      room.lostInGaps,
    );
    counter(
      "zillions_engine_published_messages_total",
      "Messages published and read back.",
      room.published,
    );
    counter(
      "zillions_engine_received_messages_total",
      "Messages read from the stream.",
      room.received,
    );
    counter(
      "zillions_engine_lost_messages_total",
      "Messages that the engine did not store.",
      room.lostInWindow,
    );
    counter(
      "zillions_engine_held_dropped_messages_total",
      "Messages dropped while the engine was away.",
      room.droppedWhileHeld,
    );
    gauge(
      "zillions_engine_batches_in_flight",
      "Batches sent and not read back.",
      room.inFlight,
    );
  }
  gauge(
    "zillions_event_loop_delay_seconds",
    "The longest delay of the event loop lately.",
    process.loopDelaySeconds,
  );
  counter("process_cpu_seconds_total", "Processor time.", process.cpuSeconds);
  gauge("process_resident_memory_bytes", "Memory.", process.residentBytes);
  gauge(
    "process_start_time_seconds",
    "When the monitor started.",
    started / 1000,
  );
  return `${lines.join("\n")}\n`;
}

function delayLines({ buckets, count, sum }: Snapshot["delay"]): string[] {
  const name = "zillions_broadcast_delay_seconds";
  return [
    `# HELP ${name} From a broadcast until a client has been sent it, sampled.`,
    `# TYPE ${name} histogram`,
    ...buckets.map(({ le, count }) => `${name}_bucket{le="${le}"} ${count}`),
    `${name}_bucket{le="+Inf"} ${count}`,
    `${name}_sum ${sum}`,
    `${name}_count ${count}`,
  ];
}
