/**
 * Style: workers that share one listener, and one log of chunks in shared memory.
 * Wakes: who appends to the log notifies; each worker then wakes its idle write loops.
 * Slow client: only its position in the log waits; when lapped it loses the oldest.
 * Gives up: a copy for each write, and tens of MiB for each worker.
 * Run: deno run --allow-net --allow-read workers.ts 127.0.0.1:8080
 */
// deno-lint-ignore-file no-console -- the specification asks for this line
import {
  type Address,
  formatAddress,
  parseAddress,
} from "../../../lib/wire/address.ts";
import { writeAll } from "../../../lib/wire/write_all.ts";

/** Bytes of a chunk, over whose end no message goes, and how many chunks there are. */
const [CHUNK, CHUNKS] = [64 * 1024, 256] as const;

/** Bytes of a read: at most a chunk. */
const BUFFER = 16 * 1024;

const WORKERS = Math.max(2, navigator.hardwareConcurrency);

/** A log that all workers append to and read from. Positions count from its beginning. */
class Log {
  /** The position of the next message. */
  readonly #head: BigInt64Array;
  /** Whether somebody appends. */
  readonly #lock: Int32Array;
  /** Bytes in each chunk but the last, by chunk modulo `CHUNKS`. */
  readonly #used: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(readonly memory: SharedArrayBuffer) {
    this.#head = new BigInt64Array(memory, 0, 1);
    this.#lock = new Int32Array(memory, 8, 1);
    this.#used = new Int32Array(memory, 12, CHUNKS);
    this.#bytes = new Uint8Array(memory, 12 + 4 * CHUNKS);
  }

  static create(): Log {
    return new Log(new SharedArrayBuffer(12 + 4 * CHUNKS + CHUNKS * CHUNK));
  }

  get head(): number {
    return Number(Atomics.load(this.#head, 0));
  }

  /** Resolves when the head is another than `head`. */
  async moved(head: number): Promise<void> {
    await Atomics.waitAsync(this.#head, 0, BigInt(head)).value;
  }

  /** Appends whole messages, at most a chunk. The lock makes the one order. */
  append(run: Uint8Array): void {
    while (Atomics.compareExchange(this.#lock, 0, 0, 1) !== 0) {
      Atomics.wait(this.#lock, 0, 1);
    }
    let head = this.head;
    if (head % CHUNK + run.length > CHUNK) {
      head += CHUNK - head % CHUNK;
      // Before the bytes change, so that readers of what was there notice.
      Atomics.store(this.#head, 0, BigInt(head));
    }
    this.#bytes.set(run, head % (CHUNKS * CHUNK));
    const used = head % CHUNK + run.length;
    Atomics.store(this.#used, Math.floor(head / CHUNK) % CHUNKS, used);
    Atomics.store(this.#head, 0, BigInt(head + run.length));
    Atomics.store(this.#lock, 0, 0);
    Atomics.notify(this.#lock, 0, 1);
    Atomics.notify(this.#head, 0);
  }

  /** A copy of what is at a position, to the end of its chunk, and what follows it. */
  read(from: number): { bytes: Uint8Array; next: number } {
    for (let at = from;;) {
      const head = this.head;
      const chunk = Math.floor(at / CHUNK);
      const isLast = chunk === Math.floor(head / CHUNK);
      const used = Atomics.load(this.#used, chunk % CHUNKS);
      const next = isLast ? head : chunk * CHUNK + used;
      const begin = at % (CHUNKS * CHUNK);
      const bytes = this.#bytes.slice(begin, begin + next - at);
      const newest = Math.floor(this.head / CHUNK);
      if (newest - chunk >= CHUNKS) at = (newest - CHUNKS / 2) * CHUNK; // lapped
      else if (next > at || isLast) return { bytes, next };
      else at = (chunk + 1) * CHUNK;
    }
  }
}

async function serveClients(address: Address, log: Log): Promise<void> {
  let moved = Promise.withResolvers<void>();
  const wake = () => {
    moved.resolve();
    moved = Promise.withResolvers();
  };

  async function read(socket: Deno.TcpConn): Promise<void> {
    const buffer = new Uint8Array(BUFFER);
    let begun = 0; // bytes of a message that is not whole yet
    for (let n; (n = await socket.read(buffer.subarray(begun))) !== null;) {
      const bytes = buffer.subarray(0, begun + n);
      let at = 0;
      for (let next; (next = at + 1 + bytes[at]!) <= bytes.length;) at = next;
      if (at > 0) log.append(bytes.subarray(0, at));
      buffer.copyWithin(0, at, bytes.length);
      begun = bytes.length - at;
    }
  }

  async function serve(socket: Deno.TcpConn): Promise<void> {
    let end = Infinity; // where the client has ended its side
    const reading = read(socket).catch(() => {}).finally(() => {
      end = log.head;
      wake();
    });
    try {
      for (let at = log.head; at < end;) {
        if (at === log.head) await moved.promise;
        else {
          const { bytes, next } = log.read(at);
          await writeAll(socket, bytes);
          at = next;
        }
      }
    } catch {
      // the client is gone
    }
    socket[Symbol.dispose]();
    await reading;
  }

  // Not in the types: the workers of a process that listen so share the port.
  const shared = { ...address, tcpBacklog: 4096, loadBalanced: true };
  const listener = Deno.listen(shared);
  (self as unknown as Worker).postMessage(formatAddress(listener.addr));
  (async () => {
    for (;;) {
      const { head } = log;
      wake();
      await log.moved(head);
    }
  })();
  for (;;) {
    try {
      const socket = await listener.accept();
      socket.setNoDelay(true);
      serve(socket);
    } catch { // the client has left already, or no descriptor is free
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}

/** Starts a worker, and waits until it listens, at the address that it then says. */
function start(address: string, log: Log): Promise<string> {
  return new Promise((resolve) => {
    const worker = new Worker(import.meta.url, { type: "module" });
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage({ address, memory: log.memory });
  });
}

if ("WorkerGlobalScope" in globalThis) {
  addEventListener("message", (event) => {
    const { address, memory } = (event as MessageEvent).data;
    serveClients(parseAddress(address), new Log(memory));
  });
} else {
  const log = Log.create();
  const starting = Array.from(
    { length: WORKERS },
    () => start(Deno.args[0]!, log),
  );
  const [address] = await Promise.all(starting);
  console.log(`listening on ${address}`);
}
