/** A socket whose every read and write the test decides. */
export class FakeSocket {
  readonly remoteAddr: Deno.NetAddr = {
    transport: "tcp",
    hostname: "192.0.2.1",
    port: 1,
  };
  /** What was written, in order. */
  readonly written: number[] = [];
  /** How many writes were pending at the same time, at most. */
  mostWrites = 0;
  writeClosed = false;
  closed = false;
  /** Bytes that the next writes take; all, unless said otherwise. */
  takes: number[] = [];
  /** While set, writes stay pending; see {@linkcode FakeSocket.unstick}. */
  stuck = false;
  #stuck: PromiseWithResolvers<void> | undefined;
  reads = 0;
  writes = 0;
  #pendingWrites = 0;
  #read: PromiseWithResolvers<number | null> | undefined;
  #buffer: Uint8Array | undefined;
  #arrived: (Uint8Array | null | Error)[] = [];
  #cancels = new Set<(error: Error) => void>();

  /** Bytes arrive, or the end, or a failure. */
  arrive(what: Uint8Array | null | Error): void {
    this.#arrived.push(what);
    this.#serve();
  }

  read(buffer: Uint8Array): Promise<number | null> {
    this.reads++;
    this.#buffer = buffer;
    const { promise } = this.#read = this.#pending();
    this.#serve();
    return promise;
  }

  async write(bytes: Uint8Array): Promise<number> {
    this.writes++;
    this.mostWrites = Math.max(this.mostWrites, ++this.#pendingWrites);
    if (this.stuck) await (this.#stuck = this.#pending()).promise;
    await undefined;
    this.#pendingWrites--;
    if (this.closed) throw new Deno.errors.BadResource("closed");
    const taken = bytes.subarray(0, this.takes.shift() ?? bytes.length);
    this.written.push(...taken);
    return taken.length;
  }

  /** Lets the pending write, and those to come, go on. */
  unstick(): void {
    this.stuck = false;
    this.#stuck?.resolve();
  }

  closeWrite(): Promise<void> {
    this.writeClosed = true;
    return Promise.resolve();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  close(): void {
    this.closed = true;
    for (const cancel of this.#cancels) {
      cancel(new Deno.errors.Interrupted("operation canceled"));
    }
  }

  /** The socket, as the code under test wants it. */
  get conn(): Deno.Conn {
    return this as unknown as Deno.Conn;
  }

  // deno-lint-ignore no-explicit-any
  #pending(): PromiseWithResolvers<any> {
    const pending = Promise.withResolvers();
    this.#cancels.add(pending.reject);
    pending.promise.catch(() => {}).finally(() =>
      this.#cancels.delete(pending.reject)
    );
    if (this.closed) pending.reject(new Deno.errors.BadResource("closed"));
    return pending;
  }

  #serve(): void {
    if (!this.#read || this.#arrived.length === 0) return;
    const read = this.#read;
    this.#read = undefined;
    const what = this.#arrived.shift()!;
    if (what instanceof Error) return read.reject(what);
    if (what) this.#buffer!.set(what);
    read.resolve(what && what.length);
  }
}

/** A listener that accepts the sockets it is given. */
export class FakeListener {
  readonly addr: Deno.NetAddr = {
    transport: "tcp",
    hostname: "192.0.2.2",
    port: 2,
  };
  #accept: PromiseWithResolvers<Deno.Conn> | undefined;
  readonly #arrived: FakeSocket[] = [];

  /** A socket arrives. */
  connect(socket: FakeSocket): void {
    this.#arrived.push(socket);
    this.#serve();
  }

  accept(): Promise<Deno.Conn> {
    this.#accept = Promise.withResolvers();
    const { promise } = this.#accept;
    this.#serve();
    return promise;
  }

  [Symbol.dispose](): void {
    this.#accept?.reject(new Deno.errors.BadResource("closed"));
  }

  #serve(): void {
    if (!this.#accept || this.#arrived.length === 0) return;
    this.#accept.resolve(this.#arrived.shift()!.conn);
    this.#accept = undefined;
  }
}
