/**
 * The pages of the command: listens where `--web` says, before the server is ready,
 * and serves there. Loaded only then.
 *
 * @module
 */
import type { Logger } from "../cli/logger.ts";
import { listen } from "../server/listener.ts";
import type { Server } from "../server/serve.ts";
import { serveWeb } from "../web/serve_web.ts";
import { type Address, formatAddress } from "../wire/address.ts";
import { describeError } from "../wire/io_error.ts";
import type { ServerOptions } from "./arguments.ts";
import { failureLine, pageLine } from "./log_lines.ts";

/** The pages that the options ask for. */
export class Pages implements Disposable {
  readonly #options: ServerOptions;
  readonly #logger: Logger;
  readonly #web: Deno.TcpListener;

  /**
   * Listens.
   *
   * @throws {Error} If it cannot; the message says where.
   */
  constructor(options: ServerOptions, logger: Logger) {
    this.#options = options;
    this.#logger = logger;
    this.#web = listenAt(options.web!);
  }

  /** Serves the pages until the server has ended, and says where they are. */
  async serve(server: Server): Promise<void> {
    const { web, webOrigin, webHost, webProxy } = this.#options;
    await serveWeb(server, {
      listener: this.#web,
      origins: webOrigin,
      hosts: [...webHost, web!.hostname],
      proxies: webProxy,
      onError: (error) => this.#logger.log(failureLine(error)),
    });
    this.#logger.print(pageLine("chat", this.#web.addr));
  }

  /** Listens no more. */
  [Symbol.dispose](): void {
    this.#web[Symbol.dispose]();
  }
}

function listenAt(address: Address): Deno.TcpListener {
  try {
    return listen(address);
  } catch (error) {
    throw new Error(
      `cannot listen on ${formatAddress(address)}: ${describeError(error)}`,
      { cause: error },
    );
  }
}
