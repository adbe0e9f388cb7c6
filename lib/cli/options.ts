/**
 * The kinds of options that commands have. Each option is declared once, with
 * its value's name, bounds, default and help; parsing, error messages and `--help`
 * all come from that, so they cannot contradict each other.
 *
 * @module
 */
import {
  type Address,
  formatAddress,
  MAX_PORT,
  parseAddress,
} from "../wire/address.ts";

/** An option of a command, or its argument, with values of type `T`. */
export interface Option<T> {
  /** What it does, for `--help`. */
  readonly help: string;
  /** The letter that may stand for its name. */
  readonly short?: string;
  /** What stands for its value in `--help`; a flag has none. */
  readonly value?: string;
  /** The smallest and the largest value. */
  readonly range?: string;
  /** The values it takes, as "takes …" names them. */
  readonly takes: string;
  /** The value if it is not given. */
  readonly default: T;
  /** The default, for `--help`. */
  readonly defaultText?: string | undefined;
  /** Reads a value; `undefined` if it is none. It may throw to say why. */
  readonly read: (text: string) => T | undefined;
}

/** What every declaration of an option with a value says. */
interface Declared<D> {
  /** What stands for its value in `--help`. */
  readonly value: string;
  readonly help: string;
  readonly default: D;
  /** What the default is, in words, where it has no value of its own. */
  readonly defaultText?: string;
}

/** The same of an option whose value is a number. */
interface DeclaredNumber<D> extends Declared<D> {
  readonly min: number;
  readonly max: number;
}

/** An option that is given or not, and has no value. */
export function flag(
  declared: Pick<Option<boolean>, "help" | "short">,
): Option<boolean> {
  return { ...declared, takes: "no value", default: false, read: () => true };
}

/** A whole number, written in digits. */
export function wholeNumber<D extends number | undefined>(
  declared: DeclaredNumber<D>,
): Option<number | D> {
  return numeric(declared, "a whole number", String, (text) => {
    return /^\d+$/.test(text) ? Number(text) : undefined;
  });
}

/** Bounds and value are milliseconds; written in seconds, with three decimals at most. */
export function seconds<D extends number | undefined>(
  declared: DeclaredNumber<D>,
): Option<number | D> {
  const write = (value: number) => String(value / 1000);
  return numeric(
    declared,
    "seconds, with up to three decimals,",
    write,
    (text) => {
      // Rounded, because 2.01 * 1000 is a little less than 2010.
      return /^\d+(\.\d{1,3})?$/.test(text)
        ? Math.round(Number(text) * 1000)
        : undefined;
    },
  );
}

const UNITS: readonly [string, number][] = [
  ["G", 1024 ** 3],
  ["M", 1024 ** 2],
  ["K", 1024],
  ["", 1],
];

/** A number of bytes, written in digits, which may end with K, M or G (of 1024). */
export function size<D extends number | undefined>(
  declared: DeclaredNumber<D>,
): Option<number | D> {
  const write = (value: number) => {
    const [unit, bytes] = UNITS.find(([unit, bytes]) =>
      unit === "" || value >= bytes && value % bytes === 0
    )!;
    return `${value / bytes}${unit}`;
  };
  return numeric(
    declared,
    "a size in bytes, or with K, M or G,",
    write,
    (text) => {
      const [, digits, unit = ""] = text.match(/^(\d+)([KMG])?$/i) ?? [];
      const [, bytes] = UNITS.find(([name]) => name === unit.toUpperCase())!;
      return digits === undefined ? undefined : Number(digits) * bytes;
    },
  );
}

/**
 * Any text but the empty one.
 *
 * @param check Throws to say what is wrong with a text.
 */
export function text<D extends string | undefined>(
  declared: Declared<D>,
  check: (text: string) => void = () => {},
): Option<string | D> {
  return {
    defaultText: declared.default,
    ...declared,
    takes: "some text",
    read: (text) => {
      if (text === "") return undefined;
      check(text);
      return text;
    },
  };
}

/**
 * One or several texts, with commas between them; none unless it is given.
 *
 * @param check Throws to say what is wrong with one of them.
 */
export function list(
  { value, help }: Pick<Declared<unknown>, "value" | "help">,
  check: (text: string) => void,
): Option<readonly string[]> {
  return {
    value,
    help,
    takes: "some text",
    default: [],
    read: (text) => {
      const texts = text.split(",");
      texts.forEach(check);
      return texts;
    },
  };
}

/** One of several words. */
export function choice<T extends string>(
  declared: Declared<T>,
  words: readonly T[],
): Option<T> {
  return {
    defaultText: declared.default,
    ...declared,
    takes: words.join(" or "),
    read: (text) => words.find((word) => word === text),
  };
}

/** An IP address or host name, and a port. */
export function address<D extends Address | undefined>(
  declared: Declared<D>,
): Option<Address | D> {
  return {
    defaultText: declared.default && formatAddress(declared.default),
    ...declared,
    range: `port 0 to ${MAX_PORT}`,
    takes: "IP:PORT",
    read: parseAddress,
  };
}

function numeric<D extends number | undefined>(
  declared: DeclaredNumber<D>,
  noun: string,
  write: (value: number) => string,
  read: (text: string) => number | undefined,
): Option<number | D> {
  const { min, max } = declared;
  return {
    defaultText: declared.default === undefined
      ? undefined
      : write(declared.default),
    ...declared,
    range: `${write(min)} to ${write(max)}`,
    takes: `${noun} from ${write(min)} to ${write(max)}`,
    read: (text) => {
      const value = read(text);
      return value !== undefined && value >= min && value <= max
        ? value
        : undefined;
    },
  };
}
