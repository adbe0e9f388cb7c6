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
  NatsProtocol,
  NatsSocket,
  NatsTransport,
} from "./packages.ts";

/** The longest line that an engine may say, in bytes. Its greeting lists all engines of a cluster. */
const MAX_LINE = 1024 * 1024;

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
    // As their `connect()`, but what is said while it connects is contained too.
    const connection =
      new (internal.NatsConnectionImpl as unknown as Connection)(
        attempt,
      );
    connection.protocol = containedProtocol(
      new internal.ProtocolHandler(
        connection.options as never,
        connection as never,
      ),
    );
    await connection.protocol.dialLoop();
    return connection;
  } catch (error) {
    for (const failed of attempt.tried) failed.discard();
    throw error;
  }
}

/** Their types alone say that its constructor is private. */
type Connection = new (
  options: NatsConnectOptions,
) => NatsConnection & NatsInternals;

function contained(transport: NatsTransport): NatsTransport {
  const { connect, dial, peekInfo, startTLS } = transport;
  transport.connect = (server, options) => {
    (options as Attempt).tried.push(transport); // they pass on all that is among them
    return connect.call(transport, server, options);
  };
  transport.dial = async (address) =>
    containedSocket(await dial.call(transport, address));
  transport.peekInfo = () => {
    const info = peekInfo.call(transport);
    let length = 0;
    // They would keep what comes until a line ends. They remove this listener then.
    transport.socket.on("data", (bytes) => {
      length += bytes.length;
      if (length > MAX_LINE) transport.socket.destroy(tooLong());
    });
    return info;
  };
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
function containedProtocol(protocol: NatsProtocol): NatsProtocol {
  const { resetOutbound } = protocol;
  protocol.resetOutbound = () => {
    resetOutbound.call(protocol);
    const { parser } = protocol;
    const { parse } = parser;
    parser.parse = (bytes) => {
      try {
        parse.call(parser, bytes);
        if (parser.argBuf && parser.argBuf.length > MAX_LINE) throw tooLong();
      } catch (error) {
        parser.parse = () => {};
        protocol.transport.close(error as Error);
        protocol.connectError?.(error as Error);
      }
    };
  };
  return protocol;
}

function tooLong(): Error {
  return new Error(`The engine says more than ${MAX_LINE} bytes in a line`);
}
