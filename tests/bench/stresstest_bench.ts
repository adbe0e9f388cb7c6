/**
 * How fast one generator checks what clients receive: whole, from the socket's
 * buffer to the verdict, without the socket.
 */
import { Framer } from "../../lib/wire/framer.ts";
import { Bodies } from "../../lib/stresstest/checks/bodies.ts";
import { Checker } from "../../lib/stresstest/checks/checker.ts";
import { Ledger } from "../../lib/stresstest/checks/ledger.ts";
import { LatencyHistogram } from "../../lib/stresstest/checks/latency_histogram.ts";
import { Violations } from "../../lib/stresstest/checks/violations.ts";

const MESSAGES = 100_000;
const SENDERS = 4;
const CLIENTS = 10;

/** All messages, as they are on the wire. */
function wire(bodies: Bodies): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(MESSAGES * 256);
  const view = new DataView(bytes.buffer);
  let end = 0;
  for (let message = 0; message < MESSAGES; message++) {
    bytes[end] = bodies.size(message);
    bodies.write(view, end + 1, message);
    end += 1 + bytes[end]!;
  }
  return bytes.subarray(0, end);
}

/** Gives `bytes` as a socket with much to read does. */
function socket(bytes: Uint8Array<ArrayBuffer>) {
  let at = 0;
  return {
    read(buffer: Uint8Array<ArrayBuffer>): Promise<number | null> {
      const read = Math.min(buffer.length, bytes.length - at);
      buffer.set(bytes.subarray(at, at += read));
      return Promise.resolve(read === 0 ? null : read);
    },
  };
}

for (const [min, max] of [[16, 16], [64, 64], [255, 255], [8, 255]] as const) {
  const bodies = new Bodies(1, { min, max });
  const bytes = wire(bodies);
  const name = min === max ? `${min}` : `${min} to ${max}`;
  let best = 0;
  Deno.bench({
    name: `check ${MESSAGES * CLIENTS} deliveries, bodies of ${name} bytes`,
    n: 5,
    warmup: 2,
    async fn(bench) {
      const violations = new Violations();
      const checker = new Checker({
        messages: MESSAGES,
        bodies,
        earlier: [],
        ledger: new Ledger(MESSAGES, SENDERS, CLIENTS, violations),
        latency: new LatencyHistogram(),
        violations,
        interval: 10,
        steady: CLIENTS,
        onPing: () => false,
      });
      const start = performance.now();
      bench.start();
      for (let client = 0; client < CLIENTS; client++) {
        const source = socket(bytes);
        const framer = new Framer({ bufferSize: 64 * 1024 });
        for (;;) {
          const read = await source.read(framer.buffer);
          if (read === null) break;
          const run = framer.push(read);
          checker.check(client, run.bytes, performance.now() * 1000);
        }
      }
      bench.end();
      if (!violations.none || checker.deliveries !== MESSAGES * CLIENTS) {
        throw new Error("Cannot measure: the check itself failed");
      }
      best = Math.max(
        best,
        checker.deliveries / (performance.now() - start) * 1000,
      );
    },
  });
  addEventListener("unload", () =>
    // A benchmark prints times; what is asked of the generator is a rate.
    // deno-lint-ignore no-console
    console.log(
      `bodies of ${name} bytes: ${
        (best / 1e6).toFixed(1)
      } million deliveries/s`,
    ));
}
