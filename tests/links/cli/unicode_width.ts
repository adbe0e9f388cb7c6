// The npm mirror of the official module lacks its table; this one has the same facts.
import { eastAsianWidth } from "npm:get-east-asian-width@1.4.0";

const ZERO = /^[\p{Cc}\p{Cf}\p{Mn}\p{Me}\u1160-\u11ff]$/u;

/** How many columns of a terminal `str` takes. */
export const unicodeWidth = (str: string): number =>
  [...str].reduce(
    (sum, char) =>
      sum + (ZERO.test(char) ? 0 : eastAsianWidth(char.codePointAt(0)!)),
    0,
  );
