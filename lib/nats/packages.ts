/**
 * The packages that speak NATS, and as much of their types as is used. They come from
 * npm, and only when a room is joined: their names are computed, so that nobody else
 * downloads them.
 *
 * @module
 */

/** A message of a subject. */
export interface NatsCoreMessage {
  readonly subject: string;
  readonly reply?: string;
  readonly data: Uint8Array;
  readonly headers?: NatsHeaders | undefined;
}

/** Headers of a message. */
export interface NatsHeaders {
  readonly code: number;
  readonly description: string;
  get(name: string): string;
}

/** The configuration of a stream, as far as it is looked at. Durations are nanoseconds. */
export interface NatsStreamConfig {
  readonly name: string;
  readonly subjects: string[];
  readonly retention: "limits" | "interest" | "workqueue";
  readonly storage: "file" | "memory";
  readonly discard: "old" | "new";
  readonly num_replicas: number;
  readonly max_bytes: number;
  readonly max_age: number;
  readonly max_msg_size: number;
  readonly duplicate_window: number;
  readonly allow_direct: boolean;
  readonly deny_delete: boolean;
  readonly deny_purge: boolean;
}

/** A stream, as the engine describes it. */
export interface NatsStreamInfo {
  readonly created: string;
  readonly config: Partial<NatsStreamConfig>;
  readonly state: {
    readonly messages: number;
    readonly first_seq: number;
    readonly last_seq: number;
    readonly deleted?: number[];
  };
}

/** What manages streams and consumers. */
export interface NatsManager {
  readonly streams: {
    info(
      name: string,
      options: { readonly deleted_details: true },
    ): Promise<NatsStreamInfo>;
    add(config: NatsStreamConfig): Promise<NatsStreamInfo>;
  };
  readonly consumers: {
    add(stream: string, config: Record<string, unknown>): Promise<unknown>;
  };
}

/** A connection to an engine. */
export interface NatsConnection {
  readonly info?: {
    readonly jetstream?: boolean;
    readonly max_payload: number;
  } | undefined;
  publish(
    subject: string,
    payload: Uint8Array,
    options: { readonly headers?: never; readonly reply: string },
  ): void;
  subscribe(subject: string, options: {
    readonly callback: (error: Error | null, message: NatsCoreMessage) => void;
  }): { unsubscribe(): void };
  status(): AsyncIterable<{ readonly type: string; readonly error?: Error }>;
  closed(): Promise<void | Error>;
  close(): Promise<void>;
}

/** What the packages do not show of a connection to everybody. */
export interface NatsInternals {
  options: object;
  protocol: NatsProtocol;
}

/** What a connection speaks. */
export interface NatsProtocol {
  readonly parser: {
    /** What has come of a line that has no end yet. */
    readonly argBuf?: { readonly length: number };
    parse(bytes: Uint8Array): void;
  };
  readonly transport: { close(error?: Error): Promise<void> };
  /** Ends the attempt to connect, while there is one. */
  readonly connectError?: (error?: Error) => void;
  /** Makes a new parser, among other things. */
  resetOutbound(): void;
  /** Connects. */
  dialLoop(): Promise<void>;
}

/** How a connection is made. */
export interface NatsConnectOptions {
  readonly servers?: string[];
  readonly name?: string;
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  readonly authenticator?: unknown;
  readonly tls?: { readonly ca?: string };
  readonly reconnect?: boolean;
  readonly timeout?: number;
  readonly pingInterval?: number;
  readonly maxPingOut?: number;
  readonly noAsyncTraces?: boolean;
}

/** A transport of the packages, and the socket it uses. */
export interface NatsTransport {
  connect(server: never, options: never): Promise<void>;
  dial(address: unknown): Promise<NatsSocket>;
  /** Reads the engine's greeting. */
  peekInfo(): Promise<unknown>;
  readonly socket: NatsSocket;
  startTLS(): Promise<NatsSocket>;
  /** Closes its socket. */
  discard(): void;
}

/** A socket of Node's. */
export interface NatsSocket {
  on(event: "error", listener: () => void): unknown;
  on(event: "data", listener: (bytes: Uint8Array) => void): unknown;
  destroy(error: Error): unknown;
  removeAllListeners(event?: string): unknown;
}

/** What is used of the packages. */
export interface NatsPackages {
  readonly core: {
    credsAuthenticator(creds: Uint8Array): unknown;
    createInbox(): string;
    readonly errors: {
      readonly AuthorizationError: new (...args: never[]) => Error;
      readonly NoRespondersError: new (...args: never[]) => Error;
      readonly PermissionViolationError: new (...args: never[]) => Error;
    };
  };
  /** What `nats-core` has for transports. */
  readonly internal: {
    setTransportFactory(config: object): void;
    readonly NatsConnectionImpl: {
      readonly prototype: NatsConnection & NatsInternals;
    };
    readonly ProtocolHandler: new (
      options: never,
      publisher: never,
    ) => NatsProtocol;
  };
  readonly transport: {
    readonly NodeTransport: new () => NatsTransport;
    readonly nodeResolveHost: unknown;
  };
  readonly jetstream: {
    jetstreamManager(connection: never, options: object): Promise<NatsManager>;
  };
}

/** The version that the room was written for. */
const VERSION = "^3.4.0";

/**
 * Loads the packages: in Deno from npm, elsewhere those that the user installed.
 *
 * @throws {Error} If they are not there; it says how to get them.
 */
export async function loadPackages(): Promise<NatsPackages> {
  const load = (name: string, path = "") => {
    const specifier = "Deno" in globalThis
      ? `npm:@nats-io/${name}@${VERSION}${path}`
      : `@nats-io/${name}${path}`;
    return import(specifier);
  };
  try {
    const [core, internal, transport, jetstream] = await Promise.all([
      load("nats-core"),
      load("nats-core", "/internal"),
      load("transport-node", "/lib/node_transport.js"),
      load("jetstream"),
    ]);
    return { core, internal, transport, jetstream };
  } catch (error) {
    throw new Error(
      "Cannot load the packages for NATS: install them with npm install @nats-io/jetstream@3 @nats-io/nats-core@3 @nats-io/transport-node@3",
      { cause: error },
    );
  }
}
