/** Sessions and tokens of people who logged in, kept with all other tokens and made through the same pipeline. */
import { randomBytes } from 'node:crypto';
import type { Actor } from '@sluice/contract';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import type { KnownTokens } from '../fleet/token-book.ts';
import { endsAt, type FleetToken, isLive, note, noteOfToken, openedWith, tokenOf } from '../fleet/token.ts';
import {
  type IssuedSecret,
  NotKeptError,
  type PersonAtAddress,
  type RefusedLogin,
  type SessionKeeper,
} from './oidc/session-keeper.ts';
import { hashOf, isSameHash, newSecret } from './secret.ts';

/** How the ids of tokens begin that a login made; only these end by a logout. */
const SESSION_ID_PREFIX = 'ses_';
const LOGIN_TOKEN_ID_PREFIX = 'login_';
const ID_BYTES = 9;
/** Who made those of people that a provider knows, for the list of tokens. */
const CREATED_BY = 'single sign-on';

/**
 * Notes of refused logins of nobody known, in a minute, at each server: whoever wants can begin a login and break it off, and must not fill the
 * history with that. What is beyond is in the server's log.
 */
const UNKNOWN_REFUSALS_MAX = 30;
const MINUTE_MS = 60_000;

/** In milliseconds. */
export interface SessionTimes {
  /** A browser's session ends when it was not used for so long. */
  readonly idleMs: number;
  /** It ends after so long in any case. */
  readonly absoluteMs: number;
  /** The token that `sluice login` gets ends after so long. */
  readonly cliTokenMs: number;
}

export class PersonSessions implements SessionKeeper {
  readonly #fleet: Fleet;
  readonly #times: SessionTimes;
  readonly #logger: Logger;
  #unknownRefusals = { since: 0, count: 0 };

  constructor(fleet: Fleet, times: SessionTimes, logger: Logger) {
    this.#fleet = fleet;
    this.#times = times;
    this.#logger = logger;
  }

  async openSession(person: PersonAtAddress): Promise<IssuedSecret> {
    const made = this.#newToken(person, this.#sessionKind(CREATED_BY));
    await this.#change(() => [made.change]);
    return made.issued;
  }

  async openSessionWith(token: FleetToken, from: string): Promise<IssuedSecret | null> {
    const { id, hash, name, role, selector } = token;
    if (role === null) throw new Error(`opening a session with the token ${id}, which has no role`);
    const kind = this.#sessionKind(openedWith(id));
    const leftMs = (endsAt(token) ?? Number.POSITIVE_INFINITY) - this.#fleet.now();
    const lifetimeMs = Math.min(kind.lifetimeMs, leftMs);
    const made = this.#newToken({ name, role, selector, from }, { ...kind, lifetimeMs });
    let isOpened = false;
    await this.#change((tokens, now) => {
      // Another server may have revoked it, or given it another secret, before the turn of this.
      const known = tokens.get(id);
      isOpened = known !== undefined && known.hash === hash && isLive(known, now);
      return isOpened ? [made.change] : [];
    });
    return isOpened ? made.issued : null;
  }

  #sessionKind(createdBy: string): Kind {
    const { idleMs, absoluteMs } = this.#times;
    return { kind: 'session', idPrefix: SESSION_ID_PREFIX, createdBy, lifetimeMs: absoluteMs, idleMs };
  }

  async createLoginToken(person: PersonAtAddress): Promise<IssuedSecret> {
    const { cliTokenMs } = this.#times;
    const made = this.#newToken(person, {
      kind: 'api',
      idPrefix: LOGIN_TOKEN_ID_PREFIX,
      createdBy: CREATED_BY,
      lifetimeMs: cliTokenMs,
      idleMs: null,
    });
    await this.#change(() => [made.change]);
    return made.issued;
  }

  async endSession(secret: string): Promise<void> {
    const id = this.#idOf(secret);
    if (id === null) return;
    await this.#change((tokens, now) => {
      const token = tokens.get(id);
      if (token === undefined || token.revokedAt !== null) return [];
      const revoked = { ...token, revokedAt: now };
      return [{ token: revoked, kind: 'TokenRevoked', actor: { name: token.name, address: null, tokenId: id } }];
    });
  }

  noteRefusedLogin({ subject, reason, from }: RefusedLogin): void {
    if (subject === null && !this.#mayNoteUnknown()) return;
    const actor: Actor = { name: subject ?? 'nobody', address: from };
    const refused = note({ kind: 'LoginRefused', subject, reason }, actor, this.#fleet.now());
    // It has happened, so it waits for a store that is away; nobody waits for it.
    this.#fleet
      .access(() => ({ ok: true, value: { tokens: [], notes: [refused] } }), { isPatient: true })
      .catch((error: unknown) =>
        this.#logger.error({ event: 'refusal-unrecorded', err: error }, 'a refused login could not be recorded'),
      );
  }

  #mayNoteUnknown(): boolean {
    const now = this.#fleet.now();
    const { since, count } = this.#unknownRefusals;
    const isOver = Math.abs(now - since) >= MINUTE_MS;
    this.#unknownRefusals = isOver ? { since: now, count: 1 } : { since, count: count + 1 };
    return this.#unknownRefusals.count <= UNKNOWN_REFUSALS_MAX;
  }

  #newToken(
    { name, role, selector, from }: Omit<PersonAtAddress, 'subject'>,
    { kind, idPrefix, createdBy, lifetimeMs, idleMs }: Kind,
  ): { readonly issued: IssuedSecret; readonly change: Change } {
    const secret = newSecret();
    const id = `${idPrefix}${randomBytes(ID_BYTES).toString('hex')}`;
    const createdAt = this.#fleet.now();
    const expiresAt = createdAt + lifetimeMs;
    const token = tokenOf({
      id,
      kind,
      name,
      hash: hashOf(secret),
      createdAt,
      role,
      selector,
      createdBy,
      expiresAt,
      idleMs,
    });
    const change = { token, kind: 'TokenCreated', actor: { name, address: from, tokenId: id } } as const;
    return { issued: { secret, expiresAt }, change };
  }

  async #change(decide: (tokens: KnownTokens, now: number) => readonly Change[]): Promise<void> {
    const result = await this.#fleet.access((tokens, now) => {
      const changes = decide(tokens, now);
      return {
        ok: true,
        value: {
          tokens: changes.map(({ token }) => token),
          notes: changes.map(({ token, kind, actor }) => noteOfToken(kind, token, actor, now)),
        },
      };
    });
    if (!result.ok) throw new NotKeptError(result.problem);
  }

  /** @returns `null`: no login made it, or it opens nothing any more. */
  #idOf(secret: string): string | null {
    const hash = hashOf(secret);
    const now = this.#fleet.now();
    const token = this.#fleet.tokens.candidates(hash).find((each) => isSameHash(hash, each.hash) && isLive(each, now));
    if (token === undefined) return null;
    const isOfLogin = token.id.startsWith(SESSION_ID_PREFIX) || token.id.startsWith(LOGIN_TOKEN_ID_PREFIX);
    return isOfLogin ? token.id : null;
  }
}

interface Kind {
  readonly kind: 'session' | 'api';
  readonly idPrefix: string;
  readonly createdBy: string;
  readonly lifetimeMs: number;
  readonly idleMs: number | null;
}

interface Change {
  readonly token: FleetToken;
  readonly kind: 'TokenCreated' | 'TokenRevoked';
  readonly actor: Actor;
}
