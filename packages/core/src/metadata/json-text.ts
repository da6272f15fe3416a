/**
 * JSON read without loss: numbers keep their digits, objects their order, strings their escapes.
 * Metadata comes back as it was sent; JSON.parse would round 12345678901234567890 and sort the key "2" before "b".
 */

export type JsonText =
  /** A number, string, boolean or null, as it was written. */
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'array'; readonly items: readonly JsonText[] }
  /** Members by their decoded keys, each once: the last of equal keys counts, as in JSON.parse. */
  | { readonly kind: 'object'; readonly members: ReadonlyMap<string, JsonText> };

/** Levels of nesting: far more than people write, far fewer than would exhaust the stack. */
export const JSON_DEPTH_MAX = 200;

const SCALAR = /"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|true|false|null/uy;
const SPACE = /[ \t\n\r]*/uy;

/**
 * Reads a text that JSON.parse accepts.
 * @returns `null` when it is nested deeper than `JSON_DEPTH_MAX`.
 * @throws when the text is not JSON: callers have parsed it before.
 */
export function readJsonText(text: string): JsonText | null {
  const reader = { text, position: 0 };
  return readValue(reader, 0);
}

interface Reader {
  readonly text: string;
  position: number;
}

function readValue(reader: Reader, depth: number): JsonText | null {
  if (depth > JSON_DEPTH_MAX) return null;
  skipSpace(reader);
  const first = reader.text[reader.position];
  if (first === '{') return readObject(reader, depth);
  if (first === '[') return readArray(reader, depth);
  return { kind: 'scalar', text: take(reader, SCALAR) };
}

function readArray(reader: Reader, depth: number): JsonText | null {
  const items: JsonText[] = [];
  reader.position += 1;
  while (!closes(reader, ']')) {
    const item = readValue(reader, depth + 1);
    if (item === null) return null;
    items.push(item);
  }
  return { kind: 'array', items };
}

function readObject(reader: Reader, depth: number): JsonText | null {
  const members = new Map<string, JsonText>();
  reader.position += 1;
  while (!closes(reader, '}')) {
    const key: unknown = JSON.parse(take(reader, SCALAR));
    skipSpace(reader);
    reader.position += 1;
    const value = readValue(reader, depth + 1);
    if (value === null) return null;
    members.set(String(key), value);
  }
  return { kind: 'object', members };
}

/** Whether the array or object ends here; else stands at its next item, past the comma. */
function closes(reader: Reader, bracket: string): boolean {
  skipSpace(reader);
  const found = reader.text[reader.position];
  if (found === undefined) throw new Error('reading JSON text: it ends too early');
  if (found === bracket || found === ',') reader.position += 1;
  if (found === ',') skipSpace(reader);
  return found === bracket;
}

function skipSpace(reader: Reader): void {
  SPACE.lastIndex = reader.position;
  SPACE.test(reader.text);
  reader.position = SPACE.lastIndex;
}

function take(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.position;
  const [found] = pattern.exec(reader.text) ?? [];
  if (found === undefined) throw new Error(`reading JSON text: nothing to read at position ${reader.position}`);
  reader.position += found.length;
  return found;
}

/** The text of a value, without insignificant white space. */
export function writeJsonText(value: JsonText): string {
  switch (value.kind) {
    case 'scalar':
      return value.text;
    case 'array':
      return `[${value.items.map(writeJsonText).join(',')}]`;
    case 'object':
      return `{${[...value.members].map(([key, member]) => `${JSON.stringify(key)}:${writeJsonText(member)}`).join(',')}}`;
  }
}

/** The text of a value for people: a line for each member and item, two spaces for each level. */
export function prettyJsonText(value: JsonText, indent = ''): string {
  const inner = `${indent}  `;
  switch (value.kind) {
    case 'scalar':
      return value.text;
    case 'array':
      if (value.items.length === 0) return '[]';
      return `[\n${value.items.map((item) => `${inner}${prettyJsonText(item, inner)}`).join(',\n')}\n${indent}]`;
    case 'object': {
      if (value.members.size === 0) return '{}';
      const members = [...value.members].map(
        ([key, member]) => `${inner}${JSON.stringify(key)}: ${prettyJsonText(member, inner)}`,
      );
      return `{\n${members.join(',\n')}\n${indent}}`;
    }
  }
}

/** RFC 7396: members of the patch are set, its nulls remove, anything but an object replaces the whole. */
export function mergeJsonText(target: JsonText, patch: JsonText): JsonText {
  if (patch.kind !== 'object') return patch;
  const members = new Map(target.kind === 'object' ? target.members : []);
  for (const [key, value] of patch.members) {
    if (value.kind === 'scalar' && value.text === 'null') members.delete(key);
    else members.set(key, mergeJsonText(members.get(key) ?? { kind: 'object', members: new Map() }, value));
  }
  return { kind: 'object', members };
}
