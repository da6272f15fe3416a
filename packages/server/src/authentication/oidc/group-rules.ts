/** From what a provider tells of a person to what they may do here: the first rule of the list whose group they are in. */
import type { Role } from '@sluice/contract';

/** Groups of one person that are looked at; providers stop at some hundreds. */
const GROUPS_MAX = 2000;
/** Characters of a name in the history. */
const NAME_LENGTH_MAX = 100;

export interface GroupRule {
  readonly group: string;
  readonly role: Role;
  /** Only nodes that it matches exist for them; `null`: all. */
  readonly selector: string | null;
}

export type Claims = Readonly<Record<string, unknown>>;

/** @returns `null`: no rule is for any of these groups, so they do not get in. */
export function firstRuleFor(groups: readonly string[], rules: readonly GroupRule[]): GroupRule | null {
  const set = new Set(groups);
  return rules.find(({ group }) => set.has(group)) ?? null;
}

/**
 * The groups in a claim: a list of texts, or a single one.
 * @returns `null`: the claim is not there, or holds something else.
 */
export function groupsIn(claims: Claims, claim: string): readonly string[] | null {
  const value = claimAt(claims, claim);
  // Where everybody may write any address into their account, an address proves nothing.
  if (claim === 'email' && claims['email_verified'] !== true) return null;
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return null;
  return value.filter((group) => typeof group === 'string').slice(0, GROUPS_MAX);
}

/** Whether one of these claims names the person. */
export function isNamed(claims: Claims, nameClaims: readonly string[]): boolean {
  return nameClaims.some((claim) => typeof claimAt(claims, claim) === 'string');
}

/** How the history names a person: by the first of these claims that says something, else by their subject. */
export function nameIn(claims: Claims, nameClaims: readonly string[], subject: string): string {
  for (const claim of nameClaims) {
    const value = claimAt(claims, claim);
    // Who may write any address into their own account must not stand in the history as somebody else.
    const isUnverified = claim === 'email' && claims['email_verified'] === false;
    if (typeof value === 'string' && value.trim() !== '' && !isUnverified) return readableName(value);
  }
  return readableName(subject);
}

function readableName(text: string): string {
  return (
    text
      .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, ' ')
      .trim()
      .slice(0, NAME_LENGTH_MAX) || 'a person'
  );
}

/** A claim by its name, or, as `realm_access.roles`, by the way to it. */
function claimAt(claims: Claims, claim: string): unknown {
  if (Object.hasOwn(claims, claim)) return claims[claim];
  let value: unknown = claims;
  for (const part of claim.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = Reflect.get(value, part);
  }
  return value;
}
