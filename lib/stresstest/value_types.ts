/**
 * Types of option values. Each type has one description of a valid value, which the
 * help and the error messages both use, beside the function that parses it.
 *
 * @module
 */
import type { Endpoint } from "@zillions/server/endpoint";
import { escape } from "@zillions/server/escape";
import { MAX_BODY } from "@zillions/server/frame";
import { type BodySizes, MIN_BODY } from "./checks/bodies.ts";
import { parseEndpoints } from "./target/target.ts";

/** The command line is wrong. The message is one line that says how. */
export class UsageError extends Error {
  /** The name of this class. */
  override readonly name = "UsageError";
}

/** What values an option accepts. */
export interface ValueType<Value> {
  /** What a valid value is: "a whole number, 1 to 9". */
  description: string;
  /** Parses a value; `undefined` if it is not valid. */
  parse(text: string): Value | undefined;
}

/** The longest time, in seconds: a day. */
const MAX_SECONDS = 86_400;

/** The shortest time, in seconds. */
const MIN_SECONDS = 0.001;

/**
 * Parses the value of an option.
 *
 * @throws {UsageError} If it is not valid.
 */
export function parseValue<Value>(
  name: string,
  type: ValueType<Value>,
  text: string,
): Value {
  const value = type.parse(text);
  if (value !== undefined) return value;
  throw new UsageError(
    `--${name} is ${type.description}, not "${escape(text)}"`,
  );
}

/** Whole numbers from `min` to `max`. */
export function integer(min: number, max: number): ValueType<number> {
  return {
    description: `a whole number, ${range(min, max)}`,
    parse: (text) => /^\d+$/.test(text) ? within(text, min, max) : undefined,
  };
}

/** Numbers from `min` to `max`. */
export function decimal(min: number, max: number): ValueType<number> {
  return {
    description: `a number, ${range(min, max)}`,
    parse: (text) => /\d/.test(text) ? within(text, min, max) : undefined,
  };
}

/** Times. */
export const SECONDS: ValueType<number> = decimal(MIN_SECONDS, MAX_SECONDS);

/** Numbers of bytes of a body, or ranges of them. */
export const BODY_SIZES: ValueType<BodySizes> = {
  description:
    `a number of bytes, ${MIN_BODY} to ${MAX_BODY}, or a range such as 16-200`,
  parse(text) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    const [min, max] = [Number(first), Number(last)];
    return MIN_BODY <= min && min <= max && max <= MAX_BODY
      ? { min, max }
      : undefined;
  },
};

/** Addresses. */
export const ADDRESSES: ValueType<Endpoint[]> = {
  description:
    "an address, IP:PORT, tls://IP:PORT or unix:PATH, or several with commas between",
  parse: parseEndpoints,
};

/** Names of files with certificates. */
export const CERTIFICATES: ValueType<string[]> = {
  description: "the name of a file with a certificate as PEM",
  parse: readCertificates,
};

/** Names of files. */
export const FILE: ValueType<string> = {
  description: "the name of a file",
  parse: (text) => text === "" ? undefined : text,
};

function readCertificates(path: string): string[] | undefined {
  try {
    const pem = Deno.readTextFileSync(path);
    return pem.includes("-----BEGIN CERTIFICATE-----") ? [pem] : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

function within(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return value >= min && value <= max ? value : undefined;
}

function range(min: number, max: number): string {
  return `${min.toLocaleString("en")} to ${max.toLocaleString("en")}`;
}
