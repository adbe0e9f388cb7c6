/** A client that is connected, and no more. */
import type { Transport } from "../../lib/server/serve.ts";

/** A transport that brings nothing, and takes all. */
export class IdleTransport implements Transport {
  readonly remoteAddr: Deno.NetAddr;
  readonly #closed = Promise.withResolvers<null>();

  constructor(port: number) {
    this.remoteAddr = { transport: "tcp", hostname: "192.0.2.1", port };
  }

  read(): Promise<null> {
    return this.#closed.promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    return Promise.resolve(bytes.length);
  }

  closeWrite(): Promise<void> {
    return Promise.resolve();
  }

  close(): void {
    this.#closed.resolve(null);
  }
}
