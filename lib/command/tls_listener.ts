/**
 * The TLS listener: what the server and the page accept clients from when the command
 * has a certificate. It can exchange that while it runs, which Deno's own listener
 * cannot; so Deno accepts, and Node's TLS does the rest. Loaded only then.
 *
 * A client whose handshake is under way is a client like any other, and counts.
 *
 * @module
 */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext } from "node:tls";
import type { Listener } from "../server/serve.ts";
import { describeError } from "../wire/io_error.ts";
import { TlsConnection } from "./tls_connection.ts";

/** A certificate, with those that vouch for it, and its key, as PEM. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A certificate in PEM form. */
const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

/** The kinds of keys that Deno's TLS can use; with others it refuses each client. */
const KEYS = ["rsa", "prime256v1", "secp384r1", "secp521r1", "ed25519"];

/**
 * Checks that a certificate and a key can be read and used, and belong together: the TLS
 * of Node finds some of that out with the first client.
 *
 * @throws {Error} If not; the message says what is wrong.
 */
export function checkKeyPair({ cert, key }: KeyPair): void {
  const certificate = readPem("the certificate", () => {
    return new X509Certificate(cert);
  });
  for (const [pem] of cert.matchAll(CERTIFICATE)) {
    readPem("a certificate of the chain", () => new X509Certificate(pem));
  }
  const privateKey = readPem("the key", () => {
    return createPrivateKey(key);
  }, "PEM without a password");
  if (!certificate.checkPrivateKey(privateKey)) {
    throw new Error("the key is not the certificate's");
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = privateKey;
  const kind = asymmetricKeyDetails?.namedCurve ?? `${asymmetricKeyType}`;
  if (!KEYS.includes(kind)) {
    throw new Error(`the key is ${kind}: it is one of ${KEYS.join(", ")}`);
  }
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    const reason = describeError(cause).replace(/^error:.*:/, "");
    throw new Error(`the certificate cannot be used: ${reason}`, { cause });
  }
}

function readPem<T>(what: string, read: () => T, form = "PEM"): T {
  try {
    return read();
  } catch (cause) {
    throw new Error(`${what} cannot be read as ${form}`, { cause });
  }
}

/** Accepts TLS connections. */
export class TlsListener implements Listener<Deno.NetAddr> {
  readonly addr: Deno.NetAddr;
  readonly #listener: Deno.TcpListener;
  #context: SecureContext;

  /** Takes over a listener. Check the pair before. */
  constructor(listener: Deno.TcpListener, pair: KeyPair) {
    this.#listener = listener;
    this.addr = listener.addr as Deno.NetAddr;
    this.#context = createSecureContext({ ...pair });
  }

  /** Uses another certificate for the connections to come. Check it before. */
  exchange(pair: KeyPair): void {
    this.#context = createSecureContext({ ...pair });
  }

  /** The next connection; its handshake follows. */
  async accept(): Promise<Deno.Conn> {
    return TlsConnection.over(await this.#listener.accept(), this.#context);
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
  }
}
