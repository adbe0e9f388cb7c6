/** A link between a node and its engine that is cut, slow, or swallows everything. */

/** What the link does with bytes. */
export type Behaviour = "pass" | "swallow" | "refuse";

/** A TCP proxy. */
export class Proxy implements Disposable {
  readonly #target: number;
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #sockets = new Set<Deno.TcpConn>();
  /** Resolves when the link passes bytes again. */
  #passing = Promise.withResolvers<void>();
  #behaviour: Behaviour = "pass";
  /** Milliseconds that all bytes are late, in both directions. */
  delay = 0;

  /** @param target The engine's port. */
  constructor(target: number) {
    this.#target = target;
    this.#accept();
  }

  get url(): string {
    return `nats://127.0.0.1:${this.#listener.addr.port}`;
  }

  /** Lets bytes through, keeps them, or cuts every connection and refuses new ones. */
  set behaviour(behaviour: Behaviour) {
    this.#behaviour = behaviour;
    if (behaviour === "pass") this.#passing.resolve();
    else this.#passing = Promise.withResolvers();
    if (behaviour === "refuse") this.cut();
  }

  /** Cuts every connection. */
  cut(): void {
    for (const socket of this.#sockets) socket[Symbol.dispose]();
    this.#sockets.clear();
  }

  [Symbol.dispose](): void {
    this.#listener[Symbol.dispose]();
    this.cut();
    this.#passing.resolve();
  }

  async #accept(): Promise<void> {
    for await (const near of this.#listener) {
      this.#sockets.add(near);
      this.#connect(near).catch(() => near[Symbol.dispose]());
    }
  }

  async #connect(near: Deno.TcpConn): Promise<void> {
    if (this.#behaviour === "refuse") throw new Error("refused");
    const far = await Deno.connect({
      hostname: "127.0.0.1",
      port: this.#target,
    });
    this.#sockets.add(far);
    for (const socket of [near, far]) socket.setNoDelay(true);
    this.#pump(near, far);
    this.#pump(far, near);
  }

  /** Carries bytes one way, each read as late as `delay` says, until either end is closed. */
  async #pump(from: Deno.TcpConn, to: Deno.TcpConn): Promise<void> {
    let written = Promise.resolve();
    try {
      for (;;) {
        const buffer = new Uint8Array(64 * 1024);
        const read = await from.read(buffer);
        if (read === null) break;
        const late = this.delay > 0
          ? new Promise((resolve) => setTimeout(resolve, this.delay))
          : undefined;
        written = written.then(async () => {
          await late;
          if (this.#behaviour === "swallow") await this.#passing.promise;
          for (let rest = buffer.subarray(0, read); rest.length > 0;) {
            rest = rest.subarray(await to.write(rest));
          }
        });
        if (late) written.catch(() => {});
        else await written;
      }
      await written;
    } catch { // one end is closed: so is the other
    }
    from[Symbol.dispose]();
    to[Symbol.dispose]();
    this.#sockets.delete(from);
    this.#sockets.delete(to);
  }
}
