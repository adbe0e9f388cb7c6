/**
 * The styles: a row for each server. The head of its source says what the style is; the
 * row says how it is built and run. The tests and `deno task gallery` read it.
 */

/** A server of the gallery. In commands `OUT` is a folder, and `SOURCE` the source. */
export interface Style {
  /** Short and unique: what it is called on the command line and in tables. */
  name: string;
  language: string;
  /** Its source, below the root of the repository. */
  source: string;
  /** A program that it needs besides those of its commands. */
  needs?: string;
  /** How it is built; nothing if it runs as it is. */
  build?: string;
  /** How it is run; the address comes after it. */
  run: string;
  /** It is so many nodes of one room, which share an engine. */
  nodes?: number;
  /** What the head of a source says, where the source is a whole program. */
  about?: string;
  /** It speaks NATS: the tester translates, and the specification's tests do not apply. */
  isNats?: boolean;
}

const OURS = "deno run --quiet --allow-net main.ts";
const DENO = "deno run --quiet --allow-net SOURCE";
const SERVERS = "tests/gallery/servers";

const ZILLIONS =
  `// Style: this server: one thread, and one log of chunks with a cursor for each client.
// Wakes: a scheduler writes to all clients that are behind, once in a tick.
// Slow client: only its cursor waits; when lapped, it loses the oldest. Senders wait for active readers.
// Gives up: all cores but one, and being short.`;

const NODES =
  `// Style: two processes of this server, which are one room through NATS JetStream.
// Wakes: the engine puts all messages into one order, and sends them to each node.
// Slow client: as with one server.
// Gives up: latency and CPU, for a message goes through the engine.`;

/** A row a style; a new one is a file and a line here. */
// deno-fmt-ignore
export const STYLES: readonly Style[] = [
  { name: "zillions", language: "TypeScript", source: "main.ts", run: OURS, about: ZILLIONS },
  { name: "zillions-2", language: "TypeScript", source: "lib/nats/mod.ts", run: `${OURS} --nats ENGINE`, nodes: 2, needs: "nats-server", about: NODES },
  { name: "channel", language: "TypeScript", source: `${SERVERS}/channel.ts`, run: DENO },
  { name: "streams", language: "TypeScript", source: `${SERVERS}/streams.ts`, run: DENO },
  { name: "callbacks", language: "TypeScript", source: `${SERVERS}/callbacks.ts`, run: DENO },
  { name: "workers", language: "TypeScript", source: `${SERVERS}/workers.ts`, run: DENO.replace("SOURCE", "--allow-read SOURCE") },
  { name: "least", language: "TypeScript", source: `${SERVERS}/least.ts`, run: DENO },
  { name: "beginner", language: "JavaScript", source: `${SERVERS}/beginner.mjs`, run: "node SOURCE" },
  { name: "go-channels", language: "Go", source: `${SERVERS}/channels.go`, build: "go build -o OUT/server SOURCE", run: "OUT/server" },
  { name: "go-log", language: "Go", source: `${SERVERS}/log.go`, build: "go build -o OUT/server SOURCE", run: "OUT/server" },
  { name: "threads", language: "Rust", source: `${SERVERS}/threads.rs`, build: "rustc -O --edition 2021 -o OUT/server SOURCE", run: "OUT/server" },
  { name: "tokio", language: "Rust", source: `${SERVERS}/tokio/main.rs`, build: `cargo build --quiet --release --locked --target-dir OUT --manifest-path ${SERVERS}/tokio/Cargo.toml`, run: "OUT/release/tokio-broadcast" },
  { name: "epoll", language: "Rust", source: `${SERVERS}/epoll/main.rs`, build: `cargo build --quiet --release --locked --target-dir OUT --manifest-path ${SERVERS}/epoll/Cargo.toml`, run: "OUT/release/epoll" },
  { name: "io-uring", language: "C", source: `${SERVERS}/uring.c`, build: "gcc -O2 -o OUT/server SOURCE -luring", run: "OUT/server" },
  { name: "asyncio", language: "Python", source: `${SERVERS}/asyncio_streams.py`, run: "python3 SOURCE" },
  { name: "select", language: "Perl", source: `${SERVERS}/select.pl`, run: "perl SOURCE" },
  { name: "java", language: "Java", source: `${SERVERS}/Threads.java`, build: "javac -d OUT SOURCE", run: "java -cp OUT Threads" },
  { name: "erlang", language: "Erlang", source: `${SERVERS}/per_client.erl`, build: "erlc -o OUT SOURCE", run: "erl -noshell -noinput -pa OUT -run per_client main" },
  { name: "nats", language: "Go", source: `${SERVERS}/nats.sh`, needs: "nats-server", run: "SOURCE", isNats: true },
];

/** The lines of comment that a source begins with, as one line. */
function comment(source: string): string {
  const text: string[] = [];
  for (const line of source.replace(/^#!.*\n/, "").split("\n")) {
    const words = /^\s*(?:\/\/|\/?\*+\/?|#|%+)(?: (.*))?$/.exec(line)?.[1] ??
      "";
    if (words !== "") text.push(words);
    else if (text.length > 0) break;
  }
  return text.join(" ");
}

const WORDS = "Style|Wakes|Slow client|Gives up|Build|Run";

/** What the head of a source says after one of its words; nothing if it is not there. */
export function headOf(source: string, word: string): string {
  const said = new RegExp(`(?:^| )${word}: (.*?)(?= (?:${WORDS}): |$)`);
  return said.exec(comment(source))?.[1] ?? "";
}

/** Lines of a source with code on them. */
export function linesOfCode(source: string): number {
  const code = source.replace(/\/\*[^]*?\*\/|"""[^]*?"""/g, "");
  return code.split("\n")
    .filter((line) => !/^\s*(?:$|\/\/|#(?!include)|%)/.test(line)).length;
}
