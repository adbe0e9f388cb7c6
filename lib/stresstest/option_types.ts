/**
 * Values of options, as they stand on the command line. The arguments are read
 * with it. Its one rule: a value that makes no sense is one line, which says
 * what would.
 *
 * @module
 */
import { type Address, parseAddress } from "@zillions/server/address";
import { MAX_BODY } from "@zillions/server/frame";
import { escape } from "@zillions/server/escape";
import { MIN_BODY, type Sizes } from "./checks/bodies.ts";

/** The command line is wrong: one line that says how. */
export class UsageError extends Error {
  /** The name of this class. */
  override readonly name = "UsageError";
}

/** The longest time that can be asked for, in seconds: a day. */
const MAX_SECONDS = 86_400;

/** Values by the long names of their options. */
export type Given = Readonly<Record<string, string | undefined>>;

/** Reads values, and notes what is in force. */
export class Values {
  /** The options in force, by their long names. */
  readonly inForce: Record<string, number | string> = {};
  readonly #given: Given;

  /** @param given What stands on the command line, by long names. */
  constructor(given: Given) {
    this.#given = given;
  }

  /** A whole number. */
  whole(name: string, standard: number, min: number, max: number): number {
    return this.#note(name, standard, (text) => {
      if (/^\d+$/.test(text) && Number(text) >= min && Number(text) <= max) {
        return Number(text);
      }
      throw new UsageError(
        `--${name} is a whole number from ${min} to ${max}, not "${
          escape(text)
        }"`,
      );
    });
  }

  /** A number. */
  number(name: string, standard: number, min: number, max: number): number {
    return this.#note(name, standard, (text) => {
      const value = Number(text);
      if (text !== "" && value >= min && value <= max) return value;
      throw new UsageError(
        `--${name} is a number from ${min} to ${max}, not "${escape(text)}"`,
      );
    });
  }

  /** A time. */
  seconds(name: string, standard: number): number {
    return this.number(name, standard, 0.001, MAX_SECONDS);
  }

  /** A number of bytes, or a range. */
  sizes(name: string, standard: number): Sizes {
    const read = (text: string) => {
      const [, min, max = min] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
      const sizes = { min: Number(min), max: Number(max) };
      if (
        sizes.min >= MIN_BODY && sizes.max <= MAX_BODY && sizes.min <= sizes.max
      ) return sizes;
      throw new UsageError(
        `--${name} is ${MIN_BODY} to ${MAX_BODY} bytes, or a range such as 16-200, not "${
          escape(text)
        }"`,
      );
    };
    const text = this.#given[name] ?? String(standard);
    this.inForce[name] = text;
    return read(text);
  }

  /** An address. */
  address(name: string, standard: string): Address {
    const text = this.#given[name] ?? standard;
    this.inForce[name] = text;
    try {
      return parseAddress(text);
    } catch (error) {
      throw new UsageError(`--${name}: ${(error as Error).message}`);
    }
  }

  /** The name of a file, if there is one. */
  file(name: string): string | undefined {
    if (this.#given[name] !== "") return this.#given[name];
    throw new UsageError(`--${name} needs the name of a file`);
  }

  #note(
    name: string,
    standard: number,
    read: (text: string) => number,
  ): number {
    const text = this.#given[name];
    return this.inForce[name] = text === undefined ? standard : read(text);
  }
}
