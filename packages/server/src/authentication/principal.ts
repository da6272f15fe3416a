/** Who asks, as far as authorisation and history need to know, and which nodes exist for them. */
import type { Actor, Role } from '@sluice/contract';
import { matches, parseSelector, type Selector } from '@sluice/core';
import type { FleetNode } from '../fleet/member.ts';
import { NO_TOKEN_ID } from '../fleet/token.ts';
import type { StoredToken } from '../store/store.ts';

export interface Principal {
  readonly tokenId: string;
  /** The token's name; it stands in the history as the one who did it. */
  readonly name: string;
  readonly role: Role;
  /** Only nodes that this selector matches exist for them; `null`: all. */
  readonly selector: string | null;
  /** The same, read. */
  readonly scope: Selector | null;
  /** Presented as a cookie by a browser, which sends it along whoever made the request. */
  readonly isBrowser: boolean;
}

/** On a server without authentication: everybody on its machine. */
export const ANYBODY: Principal = {
  tokenId: NO_TOKEN_ID,
  name: 'anybody',
  role: 'admin',
  selector: null,
  scope: null,
  isBrowser: false,
};

/** Whether the node exists for them. */
export function sees({ scope }: Principal, node: FleetNode | undefined): boolean {
  return scope === null || (node !== undefined && matches(scope, node.state, node.status));
}

/**
 * Whether what was recorded of a node at an instant exists for them: of an earlier node with the same id, which was forgotten,
 * nobody knows any more to whom it had belonged.
 */
export function seesRecord(principal: Principal, node: FleetNode | undefined, at: number): boolean {
  return principal.scope === null || (node !== undefined && at >= node.state.createdAt && sees(principal, node));
}

/** As the history names them. */
export function actorOf({ name, tokenId }: Principal, address: string): Actor {
  return { name, address, tokenId };
}

/** @returns `null`: the token has no role, or a scope that cannot be read, and so opens nothing. */
export function principalOf({ id, name, role, selector, kind }: StoredToken): Principal | null {
  if (role === null) return null;
  const parsed = selector === null ? null : parseSelector(selector);
  if (parsed !== null && !parsed.ok) return null;
  return { tokenId: id, name, role, selector, scope: parsed?.value ?? null, isBrowser: kind === 'session' };
}
