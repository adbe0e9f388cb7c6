/**
 * Edits: what comparisons, boundaries, counters, calls and early exits become. The
 * mutations are these, wherever they are in a file.
 */
import type { AnyNode, Node } from "acorn";

/** A change to a source text. */
export interface Edit {
  /** Where the replaced text begins and ends. */
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** The type of a function that may return nothing, at once or later. */
const NOTHING = /^(Promise<)?([^<>]*\| )?(void|undefined|unknown)\b/;

/** Numbers up to this one count something, and change by 1; others by a factor of 2. */
const SMALL = 16;

/** What a comparison becomes at its boundary, and when it is turned around. */
const COMPARISONS: Record<string, { boundary?: string; opposite: string }> = {
  "<": { boundary: "<=", opposite: ">=" },
  "<=": { boundary: "<", opposite: ">" },
  ">": { boundary: ">=", opposite: "<=" },
  ">=": { boundary: ">", opposite: "<" },
  "===": { opposite: "!==" },
  "!==": { opposite: "===" },
};

/**
 * Which change of a whole number is the same as that of the comparison it stands in:
 * `x < 3` at its boundary is `x < 4`. The key has the number on the right.
 */
const SAME_AS_BOUNDARY: Record<string, number> = {
  "<": 1,
  "<=": -1,
  ">": -1,
  ">=": 1,
};
const SWAPPED: Record<string, string> = {
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};

/** What a node of a source text becomes, in turn. */
export function edits(
  node: AnyNode,
  parents: AnyNode[],
  source: string,
): Edit[] {
  const parent = parents.at(-1);
  const text = (part: Node) => source.slice(part.start, part.end);
  const to = (replacement: string, part: Node = node): Edit => {
    return { start: part.start, end: part.end, replacement };
  };
  const condition = parent !== undefined && "test" in parent &&
    parent.test === node;
  const constant = isConstant(node) && !(parent && isConstant(parent));
  const found: Edit[] = [];
  if (condition) {
    const loop = parent.type !== "IfStatement" &&
      parent.type !== "ConditionalExpression";
    if (!loop) found.push(to("true"));
    if (text(node) !== "true" || !loop) found.push(to("false"));
  }
  if (constant) {
    return [
      ...found,
      ...numbers(node, parent, text(node)).map((n) => to(n)),
    ];
  }

  switch (node.type) {
    case "BinaryExpression": {
      const changes = COMPARISONS[node.operator];
      if (!changes) break;
      const between = source.slice(node.left.end, node.right.start);
      const start = node.left.end + between.lastIndexOf(node.operator);
      const end = start + node.operator.length;
      if (changes.boundary) {
        found.push({ start, end, replacement: changes.boundary });
      }
      // A condition is also made true and false, which implies this.
      if (!condition) found.push({ start, end, replacement: changes.opposite });
      break;
    }
    case "LogicalExpression":
      // Each operand alone; a test that notices both notices another operator.
      found.push(to(`(${text(node.left)})`), to(`(${text(node.right)})`));
      break;
    case "UnaryExpression":
      if (node.operator === "!" && !condition) {
        found.push(to(text(node.argument)));
      }
      break;
    case "Literal":
      if (typeof node.value === "boolean" && !condition) {
        found.push(to(String(!node.value)));
      }
      break;
    case "UpdateExpression": {
      const name = text(node.argument);
      const step = node.operator === "++" ? "+" : "-";
      const back = node.operator === "++" ? "-" : "+";
      const statement = parent?.type === "ExpressionStatement";
      const loop = parent?.type === "ForStatement";
      if (statement) found.push(to(";", parent));
      else if (!loop) found.push(to(`(${name})`));
      const doubled = `(${name} ${step}= 2)`;
      found.push(
        to(
          node.prefix || statement || loop ? doubled : `(${doubled} ${back} 2)`,
        ),
      );
      break;
    }
    case "AssignmentExpression": {
      const [left, right] = [text(node.left), text(node.right)];
      const statement = parent?.type === "ExpressionStatement" &&
        !isGuarded(parent, parents.slice(0, -1));
      if (statement) found.push(to(";", parent));
      if (node.operator === "+=" || node.operator === "-=") {
        found.push(to(`${left} ${node.operator} 2 * (${right})`));
      } else if (/^(\?\?|\|\||&&)=$/.test(node.operator)) {
        found.push(to(`${left} = ${right}`));
      }
      break;
    }
    case "ExpressionStatement":
      if (isCall(node.expression) && !isGuarded(node, parents)) {
        found.push(to(";"));
      }
      break;
    case "ReturnStatement": {
      if (
        isGuarded(node, parents) || endsWithNothing(node, parents) ||
        !mayReturnNothing(parents, source)
      ) break;
      if (node.argument) found.push(to(`void (${text(node.argument)});`));
      else found.push(to(";"));
      break;
    }
    case "BreakStatement":
    case "ContinueStatement":
      if (!isGuarded(node, parents)) found.push(to(";"));
      break;
  }
  return found;
}

/** Whether a node is a number, or worked out from numbers alone. */
function isConstant(node: AnyNode): boolean {
  switch (node.type) {
    case "Literal":
      return typeof node.value === "number";
    case "UnaryExpression":
      return node.operator === "-" && isConstant(node.argument);
    case "BinaryExpression":
      return !(node.operator in COMPARISONS) &&
        isConstant(node.left as AnyNode) && isConstant(node.right);
    default:
      return false;
  }
}

/** What a constant becomes. */
function numbers(
  node: AnyNode,
  parent: AnyNode | undefined,
  text: string,
): string[] {
  const value = Number(text.replaceAll("_", ""));
  if (!Number.isInteger(value) || Math.abs(value) > SMALL) {
    return node.type === "Literal"
      ? [`(${text} * 2)`, `(${text} / 2)`]
      : [`((${text}) * 2)`, `((${text}) / 2)`];
  }
  let skipped: number | undefined;
  if (parent?.type === "BinaryExpression") {
    const { operator } = parent;
    skipped = SAME_AS_BOUNDARY[
      parent.right === node ? operator : SWAPPED[operator] ?? ""
    ];
  }
  // A count is not below 0.
  return [1, -1].filter((by) => by !== skipped && (by > 0 || value !== 0)).map(
    (by) => String(value + by),
  );
}

/** Whether a statement's expression is a call, awaited or not. */
function isCall(node: AnyNode): boolean {
  switch (node.type) {
    case "CallExpression":
      return node.callee.type !== "Super";
    case "ChainExpression":
      return isCall(node.expression);
    case "AwaitExpression":
    case "UnaryExpression":
      return isCall(node.argument);
    default:
      return false;
  }
}

/** Whether a statement is all that a condition guards: without it the condition is as good as false. */
function isGuarded(node: AnyNode, parents: AnyNode[]): boolean {
  let [guard, inner] = [parents.at(-1), node];
  if (guard?.type === "BlockStatement" && guard.body.length === 1) {
    [guard, inner] = [parents.at(-2), guard];
  }
  return guard?.type === "IfStatement" && guard.consequent === inner &&
    !guard.alternate;
}

/** Whether a return of nothing is the last statement of a function: without it the function ends as well. */
function endsWithNothing(
  node: AnyNode & { type: "ReturnStatement" },
  parents: AnyNode[],
): boolean {
  const [around, body] = parents.slice(-2);
  const { argument } = node;
  return body?.type === "BlockStatement" && body.body.at(-1) === node &&
    around !== undefined && /Function/.test(around.type) &&
    (!argument ||
      argument.type === "Identifier" && argument.name === "undefined");
}

/** Whether the type of the function around allows to return nothing. */
function mayReturnNothing(parents: AnyNode[], source: string): boolean {
  const around = parents.findLast((node) =>
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression"
  );
  if (!around) return false;
  const head = source.slice(around.start, around.body.start);
  const [, type] = head.match(/\): ([^)]*?)( =>)? *$/) ?? [];
  return type === undefined || NOTHING.test(type);
}
