/** One-time links into the dashboard. */
import Type from 'typebox';
import { type CodeStore, OneTimeCodes } from '../../authentication/one-time-codes.ts';
import type { FleetToken } from '../../fleet/token.ts';

/** Milliseconds that a link works for: it is opened by whoever has just asked for it, perhaps after reading on. */
export const LOGIN_LINK_MS = 15 * 60_000;

const LinkedToken = Type.Object({
  tokenId: Type.String(),
  /** Of the secret that the token had when the link was made. */
  hash: Type.String(),
});
export type LinkedToken = Type.Static<typeof LinkedToken>;
export type LoginLinks = OneTimeCodes<typeof LinkedToken>;

/** Links that log in whoever opens them, at any server of the store, each with the token that it was made with. */
export function loginLinks(store: CodeStore, now: () => number): LoginLinks {
  return new OneTimeCodes({ schema: LinkedToken, purpose: 'login link', lifetimeMs: LOGIN_LINK_MS, store, now });
}

/** What a link is made with. */
export function linkedTo({ id, hash }: FleetToken): LinkedToken {
  return { tokenId: id, hash };
}

/** The dashboard's page that uses a code up. It stands behind the `#`, which browsers keep to themselves: no log has it. */
export function loginPath(code: string): string {
  return `/login#code=${code}`;
}
