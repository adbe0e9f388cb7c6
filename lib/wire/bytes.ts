/**
 * Checks that bytes are bytes. TypeScript does that for its users; from JavaScript
 * anything may come, and text or other numbers would be taken for zeros.
 *
 * @module
 */

/** Reads the kind of a typed array, of whatever realm; `undefined` of anything else. */
const kindOf = Object.getOwnPropertyDescriptor(
  Object.getPrototypeOf(Uint8Array.prototype),
  Symbol.toStringTag,
)!.get!;

/** Whether `value` is a `Uint8Array`, which a Node `Buffer` is, too. */
export function isBytes(value: unknown): value is Uint8Array {
  return kindOf.call(value) === "Uint8Array";
}

/** What `value` is, as it can follow "Cannot send": `a string`, `an Array`, `null`. */
export function describeType(value: unknown): string {
  if (value === null || value === undefined) return `${value}`;
  const name = typeof value === "object" ? className(value) : typeof value;
  return `${/^[aeio]/i.test(name) ? "an" : "a"} ${name}`;
}

/** The name of an object's class, or `object` if it says none or not the truth. */
function className(value: object): string {
  try {
    const name: unknown = value.constructor?.name;
    const isNone = typeof name !== "string" || name === "";
    // A proxy of bytes says that it is what it is not.
    return isNone || name === "Uint8Array" ? "object" : name;
  } catch { // a getter or a proxy that throws
    return "object";
  }
}
