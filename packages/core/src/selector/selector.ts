/** Selectors: `key=value,key!=value,key in (a,b)` over labels and over type, status, region and zone. */
import type { NodeStatus } from '@sluice/contract';
import type { NodeState } from '../node/node.ts';
import { refuse, type Result } from '../result.ts';

export interface Requirement {
  readonly key: string;
  readonly operator: 'in' | 'not-in';
  readonly values: ReadonlySet<string>;
}

/** All requirements must hold. An empty selector has none and matches nothing: 'all' must be said otherwise. */
export type Selector = readonly Requirement[];

/** Nothing that the grammar uses may stand in a key. */
const KEY = /^[^\s=!,()]+$/u;
/** Characters of a wrong requirement that its refusal repeats. */
const REPEATED_LENGTH_MAX = 200;
/** Requirements of one selector: each is asked of every node of the fleet, and people write three. */
const REQUIREMENTS_MAX = 64;

/** Takes time in proportion to the text: whoever may read lists may write anything here, and everybody waits for it. */
export function parseSelector(text: string): Result<Selector> {
  const requirements: Requirement[] = [];
  const parts = partsOf(text);
  if (parts.length > REQUIREMENTS_MAX) {
    const detail = `A selector has at most ${REQUIREMENTS_MAX} requirements; this one has ${parts.length}.`;
    return refuse({ code: 'invalid-selector', field: 'selector', detail });
  }
  for (const part of parts) {
    const requirement = part.includes('(') ? membership(part) : comparison(part);
    if (requirement === null) {
      return refuse({
        code: 'invalid-selector',
        field: 'selector',
        detail: `'${part.slice(0, REPEATED_LENGTH_MAX)}' is not a requirement; write key=value, key!=value, key in (a,b) or key not in (a,b).`,
      });
    }
    requirements.push(requirement);
  }
  return { ok: true, value: requirements };
}

/** Between the commas, but for those inside parentheses; trimmed. */
function partsOf(text: string): readonly string[] {
  const parts: string[] = [];
  let begin = 0;
  let isInside = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '(') isInside = true;
    else if (character === ')') isInside = false;
    else if (character === ',' && !isInside) {
      parts.push(text.slice(begin, index).trim());
      begin = index + 1;
    }
  }
  return [...parts, text.slice(begin).trim()];
}

/** `key=value`, `key==value`, `key!=value`. */
function comparison(part: string): Requirement | null {
  const equals = part.indexOf('=');
  if (equals === -1) return null;
  const isNegated = part[equals - 1] === '!';
  const key = part.slice(0, isNegated ? equals - 1 : equals).trimEnd();
  const value = part.slice(!isNegated && part[equals + 1] === '=' ? equals + 2 : equals + 1).trim();
  if (!KEY.test(key) || value.includes(')')) return null;
  return { key, operator: isNegated ? 'not-in' : 'in', values: new Set([value]) };
}

/** `key in (a,b)`, `key not in (a,b)`, `key notin (a,b)`. */
function membership(part: string): Requirement | null {
  const open = part.indexOf('(');
  const list = part.slice(open + 1, -1);
  if (!part.endsWith(')') || list.includes('(') || list.includes(')')) return null;
  const [key = '', ...words] = part.slice(0, open).trimEnd().split(/\s+/u);
  const relation = words.join(' ');
  if (!KEY.test(key) || !['in', 'not in', 'notin'].includes(relation)) return null;
  const values = new Set(list.split(',').map((value) => value.trim()));
  return { key, operator: relation === 'in' ? 'in' : 'not-in', values };
}

/** A node without the label passes `!=` and `not in`, and fails `=` and `in`. */
export function matches(selector: Selector, node: Pick<NodeState, 'identity'>, status: NodeStatus): boolean {
  return (
    selector.length > 0 &&
    selector.every(({ key, operator, values }) => {
      const value = valueOf(key, node, status);
      return (value !== null && values.has(value)) === (operator === 'in');
    })
  );
}

function valueOf(key: string, node: Pick<NodeState, 'identity'>, status: NodeStatus): string | null {
  switch (key) {
    case 'type':
      return node.identity.type;
    case 'status':
      return status;
    case 'region':
      return node.identity.region;
    case 'zone':
      return node.identity.zone;
    default:
      return Object.hasOwn(node.identity.labels, key) ? (node.identity.labels[key] ?? null) : null;
  }
}
