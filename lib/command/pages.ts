/**
 * The pages of the command: listens where `--web` and `--monitor` say, before the server
 * is ready, and serves there. Loaded only then.
 *
 * @module
 */
import type { Logger } from "../cli/logger.ts";
import { serveMonitor } from "../monitor/serve_monitor.ts";
import type { Room } from "../nats/room.ts";
import { listen, type Listener } from "../server/listener.ts";
import type { Server } from "../server/serve.ts";
import { serveWeb, type Web } from "../web/serve_web.ts";
import { type Address, formatAddress } from "../wire/address.ts";
import { describeError } from "../wire/io_error.ts";
import type { ServerOptions } from "./arguments.ts";
import type { Certificate } from "./certificate.ts";
import { failureLine, pageLine } from "./log_lines.ts";

/** The pages that the options ask for. */
export class Pages implements Disposable {
  readonly #options: ServerOptions;
  readonly #logger: Logger;
  readonly #listeners: DisposableStack;
  readonly #web: Listener<Deno.NetAddr> | undefined;
  readonly #monitor: Listener<Deno.NetAddr> | undefined;

  /**
   * Listens.
   *
   * @param certificate For the chat page.
   * @throws {Error} If it cannot; the message says where.
   */
  constructor(
    options: ServerOptions,
    logger: Logger,
    certificate: Certificate | undefined,
  ) {
    this.#options = options;
    this.#logger = logger;
    using listeners = new DisposableStack(); // if the second cannot listen
    const { web, monitor } = options;
    this.#web = listeners.use(web && listenAt(web, certificate));
    this.#monitor = listeners.use(monitor && listenAt(monitor));
    this.#listeners = listeners.move();
  }

  /** Serves the pages until the server has ended, and says where they are. */
  async serve(server: Server, room: Room | undefined): Promise<void> {
    const { webOrigin, webHost, webProxy } = this.#options;
    const common = {
      hosts: [
        ...webHost,
        ...[this.#options.web, this.#options.monitor]
          .flatMap((address) => address ? [address.hostname] : []),
      ],
      onError: (error: unknown) => this.#logger.log(failureLine(error)),
    };
    let web: Web | undefined;
    if (this.#web) {
      web = await serveWeb(server, {
        ...common,
        listener: this.#web,
        origins: webOrigin,
        proxies: webProxy,
      });
      this.#logger.print(
        pageLine("chat", web.addr, this.#options.tlsCert ? "https" : "http"),
      );
    }
    if (this.#monitor) {
      const { addr } = await serveMonitor(server, {
        ...common,
        listener: this.#monitor,
        ...web && { web },
        ...room && { room },
      });
      this.#logger.print(pageLine("monitor", addr));
    }
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    this.#listeners.dispose();
  }
}

function listenAt(
  address: Address,
  certificate?: Certificate,
): Listener<Deno.NetAddr> {
  try {
    return certificate?.listen(address) ?? listen(address);
  } catch (error) {
    throw new Error(
      `cannot listen on ${formatAddress(address)}: ${describeError(error)}`,
      { cause: error },
    );
  }
}
