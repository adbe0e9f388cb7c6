/**
 * Mutations: the small changes to a source text of which a test should notice each.
 * Types, comments and strings stay as they are. A change that another one implies is left out: a test that
 * notices a condition that is always true, and one that is always false, also
 * notices a negated one.
 */
import { tsPlugin } from "@sveltejs/acorn-typescript";
import { type AnyNode, Parser } from "acorn";
import { type Edit, edits } from "./edits.ts";

/** A change to a source text, and where it is. */
export interface Mutation extends Edit {
  /** The number of the line it begins in, from 1. */
  readonly line: number;
  /** The function, method or constant it is in; empty at the top of the module. */
  readonly within: string;
  /** The changed lines before and after, without line breaks and indentation. */
  readonly before: string;
  readonly after: string;
}

const TypeScript = Parser.extend(tsPlugin());

/** What a syntax node of TypeScript must be to hold code and not only types. */
const WITH_CODE = /^TS(As|NonNull|Satisfies|ParameterProperty)/;

/** All mutations of a TypeScript module, in the order of the text. */
export function mutations(source: string): Mutation[] {
  const module = TypeScript.parse(source, {
    ecmaVersion: "latest",
    sourceType: "module",
    locations: true, // the plugin needs them
  }) as AnyNode;
  const found: Mutation[] = [];
  visit(module, [], (node, parents) => {
    for (const edit of edits(node, parents, source)) {
      found.push(describe(edit, nameOf([...parents, node]), source));
    }
  });
  return found.sort((a, b) => a.start - b.start || a.end - b.end);
}

/** The source text after a mutation. */
export function apply(source: string, mutation: Edit): string {
  return source.slice(0, mutation.start) + mutation.replacement +
    source.slice(mutation.end);
}

/** Calls `see` for each node, with its parents, outermost first. */
function visit(
  node: AnyNode,
  parents: AnyNode[],
  see: (node: AnyNode, parents: AnyNode[]) => void,
): void {
  const type = node.type as string; // acorn's types know no TypeScript
  if (type.startsWith("TS") && !WITH_CODE.test(type)) return;
  // Messages of errors are prose.
  if (type === "ImportDeclaration" || type === "ThrowStatement") return;
  see(node, parents);
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child?.type !== "string") continue;
      visit(child, [...parents, node], see);
    }
  }
}

/** The name of the innermost function, member or constant. */
function nameOf(nodes: AnyNode[]): string {
  for (const node of nodes.toReversed()) {
    let name: AnyNode | null | undefined;
    if (
      node.type === "MethodDefinition" || node.type === "PropertyDefinition"
    ) {
      name = node.key as AnyNode;
    } else if (
      node.type === "FunctionDeclaration" ||
      node.type === "VariableDeclarator" && isNaming(node, nodes)
    ) {
      name = node.id as AnyNode;
    }
    if (name?.type === "Identifier") return name.name;
    if (name?.type === "PrivateIdentifier") return `#${name.name}`;
  }
  return "";
}

/** Whether a variable is one of the module's: those of a function are called by its name. */
function isNaming(variable: AnyNode, nodes: AnyNode[]): boolean {
  return nodes.slice(0, nodes.indexOf(variable)).every((node) =>
    node.type === "Program" || node.type === "VariableDeclaration" ||
    node.type === "ExportNamedDeclaration"
  );
}

function describe(edit: Edit, within: string, source: string): Mutation {
  const first = source.lastIndexOf("\n", edit.start - 1) + 1;
  const after = source.indexOf("\n", edit.end);
  const last = after < 0 ? source.length : after;
  const before = source.slice(first, last);
  const changed = apply(before, {
    start: edit.start - first,
    end: edit.end - first,
    replacement: edit.replacement,
  });
  return {
    ...edit,
    line: source.slice(0, edit.start).split("\n").length,
    within,
    before: oneLine(before),
    after: oneLine(changed),
  };
}

function oneLine(text: string): string {
  return text.trim().replace(/\s+/g, " ");
}
