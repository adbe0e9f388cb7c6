/**
 * The help of a command: what `--help` prints, made from what the command declares.
 *
 * @module
 */
import {
  type Command,
  COMMON_OPTIONS,
  optionName,
  type Options,
} from "./command_line.ts";
import type { Option } from "./options.ts";

/** The help fits a window of so many columns. */
const WIDTH = 80;

/** Where the explanations begin: behind most of the names. */
const COLUMN = 27;

/** What `--help` prints of `command`. */
export function helpText<A, O extends Options>(
  { usage, about, argument, options, notes }: Command<A, O>,
): string {
  const all = Object.entries({ ...options, ...COMMON_OPTIONS } as Options);
  const rows = [
    row(argument.value ?? "", argument),
    ...all.map(([key, option]) => row(heading(key, option), option)),
  ];
  return `Usage: ${usage}\n\n${about}\n\n${rows.join("\n")}\n\n${notes}`;
}

/** An option as it stands on the command line: `-v, --verbose`, `--stats SECONDS`. */
function heading(key: string, { short, value }: Option<unknown>): string {
  return (short ? `-${short}, ` : "") + optionName(key) +
    (value ? ` ${value}` : "");
}

function row(name: string, { help, range, defaultText }: Option<unknown>) {
  const standard = defaultText && `default ${defaultText}`;
  const facts = [range, standard].filter(Boolean).join("; ");
  const lines = wrap(facts ? `${help} (${facts})` : help);
  const first = `  ${name}`.padEnd(COLUMN);
  const indent = " ".repeat(COLUMN);
  // A long name has a line of its own.
  return first.length > COLUMN
    ? [first, ...lines.map((line) => indent + line)].join("\n")
    : first + lines.join(`\n${indent}`);
}

/** Cuts text at spaces into lines that fit beside the names. */
function wrap(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && COLUMN + longer.length <= WIDTH) {
      lines[lines.length - 1] = longer;
    } else lines.push(word);
  }
  return lines;
}
