/**
 * The command line of the server: its options, with their bounds and help. The
 * entry point parses it before anything is started.
 *
 * @module
 */
import type { Command, Parsed } from "../cli/command_line.ts";
import {
  address,
  flag,
  list,
  seconds,
  size,
  text,
  wholeNumber,
} from "../cli/options.ts";
import { DEFAULT_CAPACITY, MAX_CAPACITY, MIN_CAPACITY } from "../hub/hub.ts";
import {
  DEFAULT_MAX_CLIENTS,
  DEFAULT_STALL_TIMEOUT,
} from "../server/options.ts";
import { NATS_OPTIONS, NEEDS_NATS } from "./nats_arguments.ts";

/** More clients than any system has descriptors for. */
const MAX_CLIENTS = 999_999_999;

/** More messages than one client can send in a second. */
const MAX_RATE = 999_999_999;

/** The longest time that can be asked for, in milliseconds: a day. */
const MAX_TIME = 86_400_000;

/** The options of the server. */
const OPTIONS = {
  capacity: size({
    value: "SIZE",
    min: MIN_CAPACITY,
    max: MAX_CAPACITY,
    default: DEFAULT_CAPACITY,
    help:
      "memory for messages, in bytes, or with K, M or G; so far can a client lag before it loses messages",
  }),
  maxClients: wholeNumber({
    value: "N",
    min: 1,
    max: MAX_CLIENTS,
    default: DEFAULT_MAX_CLIENTS,
    help: "the most clients at a time; the server refuses more",
  }),
  maxClientsPerAddress: wholeNumber({
    value: "N",
    min: 1,
    max: MAX_CLIENTS,
    default: undefined,
    defaultText: "as --max-clients",
    help:
      "the most clients from one IPv4 address, or from one IPv6 network of 64 bits",
  }),
  maxRate: wholeNumber({
    value: "MESSAGES",
    min: 1,
    max: MAX_RATE,
    default: undefined,
    defaultText: "no limit",
    help:
      "the most messages of each client in a second; the server does not read a client that sends more, until the next second",
  }),
  stallTimeout: seconds({
    value: "SECONDS",
    min: 0,
    max: MAX_TIME,
    default: DEFAULT_STALL_TIMEOUT,
    help:
      "disconnect a client that takes nothing and sends nothing for so long while data waits for it; 0: never",
  }),
  stats: seconds({
    value: "SECONDS",
    min: 0,
    max: MAX_TIME,
    default: 0,
    help:
      "print counts to standard error, each time so many seconds have passed; 0: never",
  }),
  web: address({
    value: "ADDRESS",
    default: undefined,
    help:
      "serve a page to chat in, and WebSockets, at this IP address and port",
  }),
  webOrigin: list({
    value: "ORIGIN",
    help:
      "let pages of another origin connect, too: https://chat.example; several with commas",
  }, checkOrigin),
  webHost: list({
    value: "NAME",
    help:
      "a host name that pages are asked for by, besides localhost and IP addresses; several with commas",
  }, checkHost),
  webProxy: list({
    value: "IP",
    help:
      "a proxy whose X-Forwarded-For says who its clients are; several with commas",
  }, checkIp),
  monitor: address({
    value: "ADDRESS",
    default: undefined,
    help:
      "show what the server does, at this IP address and port: a page, and metrics for Prometheus",
  }),
  tlsCert: text({
    value: "FILE",
    default: undefined,
    help:
      "serve TLS with the certificate in this file, on the page too; needs --allow-read; read again at SIGHUP without a terminal",
  }),
  tlsKey: text({
    value: "FILE",
    default: undefined,
    help: "the certificate's key; both are PEM",
  }),
  ...NATS_OPTIONS,
  verbose: flag({
    short: "v",
    help: "print which clients come and go, too, not only what goes wrong",
  }),
  json: flag({ help: "print one JSON object a line to standard error" }),
  noLogTime: flag({ help: "print no time before each line to standard error" }),
};

/** The command of the server. */
export const COMMAND = {
  usage: "zillions [OPTIONS] ADDRESS",
  about: "Sends every message of every client to all clients.",
  argument: address({
    value: "ADDRESS",
    default: undefined,
    help:
      "the IP address and port to listen on: 127.0.0.1:8080 or [::1]:8080; port 0 picks a free port",
  }),
  options: OPTIONS,
  needs: {
    nats: NEEDS_NATS,
    tlsCert: ["tlsKey"],
    tlsKey: ["tlsCert"],
  },
  notes:
    `After SIGINT, SIGTERM or the end of its terminal, the server sends what waits
for the clients, and ends. A second signal ends it at once. SIGUSR2 prints the
counts of --stats once. Do not send SIGUSR1: Deno opens a debugger's port then,
or ends the server.`,
} as const satisfies Command<unknown, typeof OPTIONS>;

/** The options that a command line gives. */
export type ServerOptions = Parsed<unknown, typeof OPTIONS>["options"];

function checkOrigin(origin: string): void {
  if (URL.parse(origin)?.origin === origin) return;
  throw new TypeError(
    "--web-origin takes SCHEME://HOST or SCHEME://HOST:PORT, without a path",
  );
}

function checkHost(name: string): void {
  if (/^[a-z\d][a-z\d.-]*$/i.test(name)) return;
  throw new TypeError("--web-host takes a host name, without a port");
}

function checkIp(ip: string): void {
  if (/^(?:[\d.]+|[\da-f:.]*:[\da-f:.]*)$/i.test(ip)) return;
  throw new TypeError(
    "--web-proxy takes an IP address, without brackets and port",
  );
}
