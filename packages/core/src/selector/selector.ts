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

const REQUIREMENT =
  /^\s*(?<key>[^\s=!,()]+)\s*(?:(?<operator>!=|==?)\s*(?<value>[^,()]*?)|(?<set>(?:not)?\s*in)\s*\((?<values>[^()]*)\))\s*$/u;
/** Commas between requirements, not those inside parentheses. */
const BETWEEN_REQUIREMENTS = /,(?![^()]*\))/u;

export function parseSelector(text: string): Result<Selector> {
  const requirements: Requirement[] = [];
  for (const part of text.split(BETWEEN_REQUIREMENTS)) {
    const groups = REQUIREMENT.exec(part)?.groups;
    const key = groups?.['key'];
    if (groups === undefined || key === undefined) {
      return refuse({
        code: 'invalid-selector',
        field: 'selector',
        detail: `'${part.trim()}' is not a requirement; write key=value, key!=value, key in (a,b) or key not in (a,b).`,
      });
    }
    const isSet = groups['set'] !== undefined;
    const values = isSet ? (groups['values'] ?? '').split(',') : [groups['value'] ?? ''];
    const isNegated = isSet ? groups['set']?.startsWith('not') === true : groups['operator'] === '!=';
    requirements.push({
      key,
      operator: isNegated ? 'not-in' : 'in',
      values: new Set(values.map((value) => value.trim())),
    });
  }
  return { ok: true, value: requirements };
}

/** A node without the label passes `!=` and `not in`, and fails `=` and `in`. */
export function matches(selector: Selector, node: NodeState, status: NodeStatus): boolean {
  return (
    selector.length > 0 &&
    selector.every(({ key, operator, values }) => {
      const value = valueOf(key, node, status);
      return (value !== null && values.has(value)) === (operator === 'in');
    })
  );
}

function valueOf(key: string, node: NodeState, status: NodeStatus): string | null {
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
