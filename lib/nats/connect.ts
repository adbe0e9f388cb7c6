/**
 * Connects to an engine by the packages, and contains what they would do to the
 * program: end it, or print.
 *
 * @module
 */
import type {
  NatsConnection,
  NatsConnectOptions,
  NatsInternals,
  NatsPackages,
  NatsSocket,
  NatsTransport,
} from "./packages.ts";

/** Options, and who is told of the transports that were tried with them. */
interface Attempt extends NatsConnectOptions {
  readonly tried: NatsTransport[];
}

/**
 * Connects with transports whose sockets cannot end the process: the packages remove
 * all listeners of a socket that they give up, and its last error would be uncaught.
 * Nor do they close the socket of a try that takes too long.
 */
export async function connect(
  { internal, transport }: NatsPackages,
  options: NatsConnectOptions,
): Promise<NatsConnection> {
  const attempt: Attempt = { ...options, tried: [] };
  // There is one factory for all connections of the process.
  internal.setTransportFactory({
    factory: () => contained(new transport.NodeTransport()),
    dnsResolveFn: transport.nodeResolveHost,
  });
  try {
    const connection = await internal.NatsConnectionImpl.connect(attempt);
    containParser(connection as NatsConnection & NatsInternals);
    return connection;
  } catch (error) {
    for (const failed of attempt.tried) failed.discard();
    throw error;
  }
}

function contained(transport: NatsTransport): NatsTransport {
  const { connect, dial, startTLS } = transport;
  transport.connect = (server, options) => {
    (options as Attempt).tried.push(transport); // they pass on all that is among them
    return connect.call(transport, server, options);
  };
  transport.dial = async (address) =>
    containedSocket(await dial.call(transport, address));
  transport.startTLS = async () =>
    containedSocket(await startTLS.call(transport));
  return transport;
}

/** Keeps a listener for errors on a socket, whatever else is removed. */
function containedSocket(socket: NatsSocket): NatsSocket {
  const ignore = () => {};
  const { removeAllListeners } = socket;
  socket.removeAllListeners = (event) => {
    removeAllListeners.call(socket, ...event === undefined ? [] : [event]);
    socket.on("error", ignore);
    return socket;
  };
  socket.on("error", ignore);
  return socket;
}

/** Ends a connection on which nonsense comes. The packages would print it, and read no more. */
function containParser(
  { protocol: { parser, transport } }: NatsInternals,
): void {
  const { parse } = parser;
  parser.parse = (bytes) => {
    try {
      parse.call(parser, bytes);
    } catch (error) {
      transport.close(error as Error);
    }
  };
}
