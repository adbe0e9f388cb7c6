/**
 * Style: callbacks of node:net. What is whole of each "data" is written to every socket.
 * Wakes: the event loop calls "data" and "drain"; nothing else waits.
 * Slow client: its bytes wait in its socket's buffer. All senders pause for its "drain",
 * but at most 100 ms: then it misses what is new until it has drained.
 * Gives up: the newest messages of a slow client, and state that is easy to follow.
 */
// deno-lint-ignore-file no-console -- the specification asks for this line
import { type AddressInfo, createServer, type Socket } from "node:net";
import { formatAddress, parseAddress } from "../../../lib/wire/address.ts";

/** Bytes that may wait for a client before senders pause. */
const MOST_WAITING = 1024 * 1024;

/** The longest that senders pause for a client, in milliseconds. */
const PATIENCE = 100;

const sockets = new Set<Socket>();

/** Those that senders wait for, each with what ends the wait. */
const awaited = new Map<Socket, ReturnType<typeof setTimeout>>();

/** Those that took too long: nobody waits for them. */
const slow = new Set<Socket>();

function broadcast(run: Uint8Array): void {
  for (const socket of sockets) {
    if (slow.has(socket) || socket.write(run) || awaited.has(socket)) continue;
    if (awaited.size === 0) { for (const each of sockets) each.pause(); }
    const timer = setTimeout(() => {
      slow.add(socket);
      goOn(socket);
    }, PATIENCE);
    awaited.set(socket, timer);
  }
}

function goOn(socket: Socket): void {
  clearTimeout(awaited.get(socket));
  if (!awaited.delete(socket) || awaited.size > 0) return;
  for (const each of sockets) each.resume();
}

const options = {
  allowHalfOpen: true,
  noDelay: true,
  highWaterMark: MOST_WAITING,
};

const server = createServer(options, (socket) => {
  let rest = new Uint8Array();
  sockets.add(socket);
  if (awaited.size > 0) socket.pause();
  socket.on("data", (data: Uint8Array) => {
    let bytes = data;
    if (rest.length > 0) {
      bytes = new Uint8Array(rest.length + data.length);
      bytes.set(rest);
      bytes.set(data, rest.length);
    }
    let at = 0;
    for (let next; (next = at + 1 + bytes[at]!) <= bytes.length;) at = next;
    rest = bytes.slice(at);
    if (at > 0) broadcast(bytes.subarray(0, at));
  });
  socket.on("drain", () => {
    slow.delete(socket);
    goOn(socket);
  });
  const leave = () => {
    sockets.delete(socket);
    goOn(socket);
  };
  socket.on("end", () => {
    leave();
    socket.end();
  });
  socket.on("error", () => {}); // the client is gone, and "close" follows
  socket.on("close", () => {
    leave();
    slow.delete(socket);
  });
});

const { hostname, port } = parseAddress(Deno.args[0]!);
server.listen(port, hostname, 4096, () => {
  const { address, port } = server.address() as AddressInfo;
  console.log(`listening on ${formatAddress({ hostname: address, port })}`);
});
