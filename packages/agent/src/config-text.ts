/** The text of agent.yaml: parsed, with variables of the environment put in, and able to say in which line a thing stands. */
import { type Document, isMap, LineCounter, parseDocument } from 'yaml';
import type { ConfigFaults } from './config-faults.ts';

export interface ConfigText {
  readonly value: unknown;
  /** The line of what the path leads to, or of the nearest thing around it; `null`: nowhere in the text. */
  readonly lineOf: (path: readonly string[]) => number | null;
}

/** What a value means that has `${NAME}` in it; `$${` stands for `${` itself. */
const VARIABLE = /\$(?<escape>\$)?\{(?<name>[^}]*)\}/gu;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/u;

export function readConfigText(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  faults: ConfigFaults,
): ConfigText {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  // The first one only: the others are what follows from it.
  const [error] = document.errors;
  if (error !== undefined) faults.add([], syntaxFault(error.message));
  const lineOf = (path: readonly string[]): number | null => {
    for (let length = path.length; length > 0; length -= 1) {
      const offset = offsetOf(document.getIn(path.slice(0, length - 1), true), path[length - 1] ?? '');
      if (offset !== null) return lines.linePos(offset).line;
    }
    return null;
  };
  if (document.errors.length > 0) return { value: null, lineOf };
  const written = valueOf(document, faults);
  return { value: written === null ? null : withVariables(written.value ?? {}, env, faults, [], []), lineOf };
}

/** `null`: its aliases cannot be followed. The library limits them, so a small file cannot become a huge value. */
function valueOf(document: Document, faults: ConfigFaults): { readonly value: unknown } | null {
  try {
    return { value: document.toJS() };
  } catch (error) {
    faults.add([], error instanceof Error ? error.message : String(error));
    return null;
  }
}

function syntaxFault(message: string): string {
  const hint = /\{ .*\$\{/u.test(message) ? ' (within { } a variable stands in quotes: "${NAME}")' : '';
  return `${message.split('\n')[0]?.replace(/:$/u, '')}${hint}`;
}

/** @param around The mappings and lists that the value stands in. */
function withVariables(
  value: unknown,
  env: Readonly<Record<string, string | undefined>>,
  faults: ConfigFaults,
  path: readonly string[],
  around: readonly unknown[],
): unknown {
  if (typeof value === 'string') return substituted(value, env, faults, path);
  if (typeof value !== 'object' || value === null) return value;
  if (around.includes(value)) {
    faults.add(path, 'is an alias of what it stands in, so it would have no end');
    return null;
  }
  const inside = [...around, value];
  if (Array.isArray(value))
    return value.map((item: unknown, index) => withVariables(item, env, faults, [...path, String(index)], inside));
  return Object.fromEntries(
    Object.entries(value).map(([key, item]): [string, unknown] => [
      key,
      withVariables(item, env, faults, [...path, key], inside),
    ]),
  );
}

function substituted(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  faults: ConfigFaults,
  path: readonly string[],
): string {
  return text.replaceAll(VARIABLE, (whole, escape: string | undefined, name: string) => {
    if (escape !== undefined) return whole.slice(1);
    if (!VARIABLE_NAME.test(name)) {
      faults.add(
        path,
        `'${whole}' names no variable of the environment; write \${NAME}, or $${whole} for the text itself`,
      );
      return whole;
    }
    const value = env[name];
    if (value === undefined) {
      faults.add(path, `the environment variable ${name} is not set`);
      return whole;
    }
    return value;
  });
}

function offsetOf(parent: unknown, key: string): number | null {
  if (!isMap(parent)) return null;
  const pair = parent.items.find(({ key: node }) => String(node) === key);
  const node = pair?.key;
  if (typeof node !== 'object' || node === null || !('range' in node) || !Array.isArray(node.range)) return null;
  const offset: unknown = node.range[0];
  return typeof offset === 'number' ? offset : null;
}
