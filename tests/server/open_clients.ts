/** The clients of a server, without sockets of the system. */
import { Hub } from "../../lib/hub/hub.ts";
import { Clients } from "../../lib/server/clients.ts";
import type { ServerClock } from "../../lib/server/clock.ts";
import { resolveOptions, type ServeOptions } from "../../lib/server/options.ts";
import { FakeSocket } from "../support/socket.ts";

/** The clients of a server that listens to nobody. */
export function openClients(
  { hub = new Hub(), ...options }: ServeOptions = {},
  clock?: ServerClock,
) {
  const clients = new Clients(resolveOptions({ hub, ...options }), clock);
  const connect = () => {
    const socket = new FakeSocket();
    clients.add(socket);
    return socket;
  };
  return { hub, clients, connect };
}
