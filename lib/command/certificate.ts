/**
 * The certificate of the command: what `--tls-cert` and `--tls-key` name, for the server
 * and the page. Read at the start, and again at SIGHUP. Loaded only then.
 *
 * @module
 */
import type { Logger } from "../cli/logger.ts";
import { listen } from "../server/listener.ts";
import type { Address } from "../wire/address.ts";
import { describeError } from "../wire/io_error.ts";
import { certificateLine, failureLine } from "./log_lines.ts";
import { readFile } from "../cli/read_file.ts";
import { checkKeyPair, type KeyPair, TlsListener } from "./tls_listener.ts";

/** The files that have it. */
export interface CertificateFiles {
  readonly tlsCert: string;
  readonly tlsKey: string;
}

/** A certificate that is in use. */
export class Certificate {
  readonly #files: CertificateFiles;
  readonly #logger: Logger;
  readonly #listeners: TlsListener[] = [];
  #pair: KeyPair;
  /** One renewal after another; it never rejects. */
  #renewed: Promise<void> = Promise.resolve();

  private constructor(files: CertificateFiles, logger: Logger, pair: KeyPair) {
    this.#files = files;
    this.#logger = logger;
    this.#pair = pair;
  }

  /**
   * Reads the files.
   *
   * @throws {Error} If they cannot be read, or do not belong together.
   */
  static async read(
    files: CertificateFiles,
    logger: Logger,
  ): Promise<Certificate> {
    return new Certificate(files, logger, await readKeyPair(files));
  }

  /** Listens for TLS with this certificate. */
  listen(address: Address): TlsListener {
    const listener = new TlsListener(listen(address), this.#pair);
    this.#listeners.push(listener);
    return listener;
  }

  /**
   * Reads the files again, and uses what is in them, unless something is wrong. Of
   * several calls, the last one's files are used in the end.
   */
  renew(): Promise<void> {
    return this.#renewed = this.#renewed.then(() => this.#renew());
  }

  async #renew(): Promise<void> {
    try {
      this.#pair = await readKeyPair(this.#files);
      for (const listener of this.#listeners) listener.exchange(this.#pair);
      this.#logger.print(certificateLine());
    } catch (error) {
      const reason = describeError(error);
      this.#logger.print(failureLine(`kept the old certificate: ${reason}`));
    }
  }
}

async function readKeyPair(
  { tlsCert, tlsKey }: CertificateFiles,
): Promise<KeyPair> {
  const utf8 = new TextDecoder();
  const pair = {
    cert: utf8.decode(await readFile("tlsCert", tlsCert)),
    key: utf8.decode(await readFile("tlsKey", tlsKey)),
  };
  checkKeyPair(pair);
  return pair;
}
