/** The sections `oidc` and `sessions` of the server's configuration file: who logs people in, what their groups may do, and for how long. */
import { readFileSync } from 'node:fs';
import { Role } from '@sluice/contract';
import { parseSelector } from '@sluice/core';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import type { GroupRule } from './authentication/oidc/group-rules.ts';
import type { OidcSettings } from './authentication/oidc/oidc-login.ts';
import type { SessionTimes } from './authentication/person-sessions.ts';
import { Duration, durationMs } from './duration.ts';

/** Rules of a list; a company has some dozens of groups that matter here. */
const RULES_MAX = 500;
const TEXT_LENGTH_MAX = 1000;
/** Bytes of a file with a client secret. */
const SECRET_FILE_BYTES_MAX = 4096;
/** Milliseconds; a month. Whoever has left must not stay in for longer. */
const SESSION_MS_MAX = 31 * 86_400_000;
const SCOPES_DEFAULT = ['openid', 'profile', 'email'] as const;
const NAME_CLAIMS_DEFAULT = ['email', 'preferred_username'] as const;

/** A machine does not log in. */
const RoleOfPeople = Type.Exclude(Role, Type.Literal('machine'));
const strict = { additionalProperties: false } as const;
const Text = Type.String({ minLength: 1, maxLength: TEXT_LENGTH_MAX });

const OidcSection = Type.Object(
  {
    /** As the provider writes it in its own documents, such as `https://login.example/realms/main`. */
    issuer: Text,
    clientId: Text,
    /** A file with the secret and nothing else; or SLUICE_OIDC_CLIENT_SECRET. */
    clientSecretFile: Type.Optional(Text),
    /** Where browsers reach this server. */
    publicUrl: Text,
    /** Default: openid, profile, email. */
    scopes: Type.Optional(Type.Array(Text, { minItems: 1, maxItems: 50 })),
    /** Default: `groups`. */
    groupsClaim: Type.Optional(Text),
    /** Default: `email`, else `preferred_username`, else the subject. */
    nameClaim: Type.Optional(Text),
    /** The first rule whose group somebody is in is theirs. */
    roles: Type.Array(Type.Object({ group: Text, role: RoleOfPeople, selector: Type.Optional(Text) }, strict), {
      minItems: 1,
      maxItems: RULES_MAX,
    }),
  },
  strict,
);
type OidcSection = Type.Static<typeof OidcSection>;

const SessionsSection = Type.Object(
  {
    /** Default: 8h. */
    idle: Type.Optional(Duration),
    /** Default: 24h. */
    absolute: Type.Optional(Duration),
    /** Default: 12h. */
    cliToken: Type.Optional(Duration),
  },
  strict,
);

const oidcSection = Compile(OidcSection);
const sessionsSection = Compile(SessionsSection);

export type ParsedSection<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; /** For the one who wrote it. */ readonly message: string };

type Fault = Extract<ParsedSection<never>, { ok: false }>;

/**
 * @param section What the file has under `oidc`; `undefined`: nothing, and nobody logs in.
 * @param secret Of SLUICE_OIDC_CLIENT_SECRET; never repeated in a message.
 */
export function parseOidc(section: unknown, secret: string | undefined): ParsedSection<OidcSettings | null> {
  if (section === undefined) return { ok: true, value: null };
  if (!oidcSection.Check(section)) {
    const [fault] = oidcSection.Errors(section);
    return wrong(
      `oidc${inDots(fault?.instancePath)} ${fault?.message ?? 'is not valid'}. It needs issuer, clientId, publicUrl and roles (a list of { group, role: viewer | operator | admin, selector? }), and may have clientSecretFile, scopes, groupsClaim and nameClaim.`,
    );
  }
  const issuer = issuerOf(section.issuer);
  if (!issuer.ok) return issuer;
  const publicUrl = publicUrlOf(section.publicUrl);
  if (!publicUrl.ok) return publicUrl;
  const clientSecret = clientSecretOf(section, secret);
  if (!clientSecret.ok) return clientSecret;
  const roles = rulesOf(section);
  if (!roles.ok) return roles;
  const scopes = section.scopes ?? SCOPES_DEFAULT;
  if (!scopes.includes('openid')) return wrong('oidc.scopes must hold openid: without it there is no login.');
  return {
    ok: true,
    value: {
      issuer: issuer.value,
      clientId: section.clientId,
      clientSecret: clientSecret.value,
      publicUrl: publicUrl.value,
      scopes,
      groupsClaim: section.groupsClaim ?? 'groups',
      nameClaims: section.nameClaim === undefined ? NAME_CLAIMS_DEFAULT : [section.nameClaim],
      roles: roles.value,
    },
  };
}

/** @param section What the file has under `sessions`; `undefined`: nothing. */
export function parseSessions(section: unknown): ParsedSection<SessionTimes> {
  const given = section ?? {};
  if (!sessionsSection.Check(given)) {
    const [fault] = sessionsSection.Errors(given);
    return wrong(
      `sessions${inDots(fault?.instancePath)} ${fault?.message ?? 'is not valid'}. It may have idle, absolute and cliToken, each a duration such as 30m or 8h.`,
    );
  }
  const times = {
    idleMs: durationMs(given.idle ?? '8h'),
    absoluteMs: durationMs(given.absolute ?? '24h'),
    cliTokenMs: durationMs(given.cliToken ?? '12h'),
  };
  if (times.idleMs < 60_000 || times.cliTokenMs < 60_000)
    return wrong('sessions.idle and sessions.cliToken must be at least 1m; else nobody gets anything done.');
  if (times.absoluteMs > SESSION_MS_MAX || times.cliTokenMs > SESSION_MS_MAX)
    return wrong(
      'sessions.absolute and sessions.cliToken may be 31d at most: who has left must not stay in for longer.',
    );
  if (times.idleMs > times.absoluteMs)
    return wrong('sessions.idle is longer than sessions.absolute, and would never end anything; make it shorter.');
  return { ok: true, value: times };
}

function issuerOf(text: string): ParsedSection<URL> {
  const url = urlIn(text);
  if (url === null || url.search !== '' || url.hash !== '')
    return wrong(`oidc.issuer '${text}' is no address of a provider; write it like https://login.example/realms/main.`);
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return wrong(
      `oidc.issuer ${text} is not https. Over http anybody on the way could log in as anybody; use https (http works on loopback only, for trying things out).`,
    );
  }
  return { ok: true, value: url };
}

function publicUrlOf(text: string): ParsedSection<URL> {
  const url = urlIn(text);
  if (url === null || url.pathname !== '/' || url.search !== '' || url.hash !== '') {
    return wrong(
      `oidc.publicUrl '${text}' is not an address such as https://sluice.example (no path): the one under which browsers reach this server.`,
    );
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    return wrong(
      `oidc.publicUrl ${text} is not https. A session over http could be taken by anybody on the way; put TLS in front (http works on loopback only).`,
    );
  }
  return { ok: true, value: url };
}

function urlIn(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:';
  return isWeb && url.username === '' && url.password === '' ? url : null;
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/u.test(hostname);
}

function clientSecretOf({ clientSecretFile }: OidcSection, fromEnvironment = ''): ParsedSection<string | null> {
  if (fromEnvironment !== '') return { ok: true, value: fromEnvironment };
  if (clientSecretFile === undefined) return { ok: true, value: null };
  let text: string;
  try {
    text = readFileSync(clientSecretFile, 'utf8');
  } catch (error) {
    const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : error;
    return wrong(
      `oidc.clientSecretFile ${clientSecretFile} cannot be read (${String(code)}). Correct its path or its rights.`,
    );
  }
  const secret = text.trim();
  if (secret !== '' && text.length <= SECRET_FILE_BYTES_MAX) return { ok: true, value: secret };
  return wrong(`oidc.clientSecretFile ${clientSecretFile} does not hold a client secret and nothing else.`);
}

function rulesOf({ roles }: OidcSection): ParsedSection<readonly GroupRule[]> {
  for (const { group, selector } of roles) {
    if (selector === undefined) continue;
    const parsed = parseSelector(selector);
    if (!parsed.ok)
      return wrong(`oidc.roles: the selector of the group ${group} cannot be used: ${parsed.problem.detail}`);
    if (parsed.value.some(({ key }) => key === 'status')) {
      return wrong(
        `oidc.roles: the selector of the group ${group} cannot be bound to a status: a node that somebody drains would vanish before their eyes.`,
      );
    }
  }
  return { ok: true, value: roles.map(({ group, role, selector = null }) => ({ group, role, selector })) };
}

/** `/roles/0/role` as `.roles.0.role`. */
function inDots(path = ''): string {
  return path.replaceAll('/', '.');
}

function wrong(message: string): Fault {
  return { ok: false, message };
}
