/** The keys that work on every page: what each does, and when a key is not one of them but text. */

export type Shortcut =
  | 'search'
  | 'help'
  | 'fleet'
  | 'nodes'
  | 'rollouts'
  | 'operations'
  | 'budgets'
  | 'audit'
  | 'access';

/** As they are pressed, one after the other. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly does: Shortcut }[] = [
  { keys: ['/'], does: 'search' },
  { keys: ['g', 'f'], does: 'fleet' },
  { keys: ['g', 'n'], does: 'nodes' },
  { keys: ['g', 'r'], does: 'rollouts' },
  { keys: ['g', 'o'], does: 'operations' },
  { keys: ['g', 'b'], does: 'budgets' },
  { keys: ['g', 'a'], does: 'audit' },
  { keys: ['g', 't'], does: 'access' },
  { keys: ['?'], does: 'help' },
];

/** Milliseconds within which the second key of two follows. */
const SECOND_KEY_MS = 1500;

/** The keys that were pressed of a shortcut that is not whole yet. */
export interface Begun {
  readonly keys: readonly string[];
  readonly at: number;
}

export const NOTHING_BEGUN: Begun = { keys: [], at: 0 };

/** @param now Milliseconds of any clock that does not go back. */
export function pressKey(
  begun: Begun,
  key: string,
  now: number,
): { readonly begun: Begun; readonly does: Shortcut | null } {
  const before = now - begun.at <= SECOND_KEY_MS ? begun.keys : [];
  for (const keys of [[...before, key], [key]]) {
    const beginning = SHORTCUTS.filter((shortcut) => keys.every((each, index) => shortcut.keys[index] === each));
    const whole = beginning.find((shortcut) => shortcut.keys.length === keys.length);
    if (whole !== undefined) return { begun: NOTHING_BEGUN, does: whole.does };
    if (beginning.length > 0) return { begun: { keys, at: now }, does: null };
  }
  return { begun: NOTHING_BEGUN, does: null };
}
