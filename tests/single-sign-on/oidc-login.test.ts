/** What is believed of a provider's answer, and what is not: each lie that the protocol knows is told once. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LoginKeys } from '../../packages/server/src/authentication/login-keys.ts';
import { OidcLogin, type OidcSettings } from '../../packages/server/src/authentication/oidc/oidc-login.ts';
import { type Lie, LyingProvider } from './lying-provider.ts';
import { CLIENT_ID, CLIENT_SECRET, RealProvider } from './real-provider.ts';

const PUBLIC_URL = 'http://127.0.0.1:7070';
/** What the servers of one store have in common. */
const KEYS = await LoginKeys.open({ sharedSecret: (_name, made) => Promise.resolve(made) });
const BROWSER = { kind: 'browser', returnTo: '/nodes' } as const;

let provider: LyingProvider;
let clockMs = Date.now();

beforeAll(async () => {
  provider = await LyingProvider.start();
});
afterAll(() => provider.stop());
beforeEach(() => {
  provider.lie = {};
  provider.documentIssuer = provider.issuer;
  provider.userInfo = { sub: 'ada', groups: ['ops'] };
  clockMs = Date.now();
});

function loginAt(issuer: string, settings: Partial<OidcSettings> = {}, keys = KEYS): OidcLogin {
  return new OidcLogin(
    {
      issuer: new URL(issuer),
      clientId: CLIENT_ID,
      clientSecret: CLIENT_SECRET,
      publicUrl: new URL(PUBLIC_URL),
      scopes: ['openid', 'profile', 'email'],
      groupsClaim: 'groups',
      nameClaims: ['email', 'preferred_username'],
      roles: [
        { group: 'chess', role: 'operator', selector: 'game=chess' },
        { group: 'ops', role: 'admin', selector: null },
      ],
      ...settings,
    },
    keys,
    () => clockMs,
  );
}

async function begin(
  login: OidcLogin,
): Promise<{ readonly address: URL; readonly sealed: string; readonly state: string }> {
  const begun = await login.begin(BROWSER);
  if (!begun.ok) throw new Error(begun.detail);
  provider.nonce = begun.address.searchParams.get('nonce') ?? '';
  return { ...begun, state: begun.address.searchParams.get('state') ?? '' };
}

async function outcome(lie: Lie, settings: Partial<OidcSettings> = {}) {
  provider.lie = lie;
  const login = loginAt(provider.issuer, settings);
  const { sealed, state } = await begin(login);
  return login.finish(`code=a-code&state=${state}`, sealed);
}

describe('the address of the provider', () => {
  test('asks for a code with state, nonce and an S256 challenge, and says nothing of what is kept', async () => {
    const { address, sealed } = await begin(loginAt(provider.issuer));
    const asked = Object.fromEntries(address.searchParams);
    expect(asked).toEqual({
      response_type: 'code',
      client_id: CLIENT_ID,
      redirect_uri: `${PUBLIC_URL}/auth/callback`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^[\w-]{43}$/u),
      nonce: expect.stringMatching(/^[\w-]{43}$/u),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/u),
      code_challenge_method: 'S256',
    });
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain(asked['state']);
  });
});

describe('an honest answer', () => {
  test('makes a person, with the role of the first rule that fits', async () => {
    expect(await outcome({ claims: { groups: ['ops', 'chess'], email: 'ada@example.com' } })).toEqual({
      kind: 'person',
      person: { subject: 'ada', name: 'ada@example.com', role: 'operator', selector: 'game=chess' },
      purpose: BROWSER,
    });
  });

  test('groups that are not in the ID token are asked for, and those of somebody else are not believed', async () => {
    provider.userInfo = { sub: 'ada', groups: ['ops'], preferred_username: 'ada.l' };
    expect(await outcome({ claims: { groups: undefined } })).toMatchObject({
      kind: 'person',
      person: { role: 'admin', name: 'ada.l' },
    });
    provider.userInfo = { sub: 'somebody-else', groups: ['ops'] };
    expect(await outcome({ claims: { groups: undefined } })).toMatchObject({ kind: 'refused' });
  });

  test('who knows the client’s secret cannot seal what this server opens', async () => {
    const ofOtherStore = await LoginKeys.open({ sharedSecret: () => Promise.resolve(CLIENT_SECRET) });
    const { sealed, state } = await begin(loginAt(provider.issuer, {}, ofOtherStore));
    expect(await loginAt(provider.issuer).finish(`code=a-code&state=${state}`, sealed)).toEqual({ kind: 'unknown' });
  });

  test('is believed by another server of the store than the one that sent the person', async () => {
    provider.lie = {};
    const { sealed, state } = await begin(loginAt(provider.issuer));
    expect(await loginAt(provider.issuer).finish(`code=a-code&state=${state}`, sealed)).toMatchObject({
      kind: 'person',
      purpose: BROWSER,
    });
  });

  test('somebody in no group that matters does not get in, and is told which groups were seen', async () => {
    expect(await outcome({ claims: { groups: ['tea', 'coffee'] } })).toEqual({
      kind: 'no-rule',
      subject: 'ada',
      name: 'ada',
      groups: ['tea', 'coffee'],
    });
    provider.userInfo = { sub: 'ada' };
    expect(await outcome({ claims: { groups: undefined } })).toMatchObject({ kind: 'no-rule', groups: null });
  });
});

describe('a lie', () => {
  const now = () => Math.floor(Date.now() / 1000);
  test.each<[string, () => Lie, RegExp]>([
    ['another nonce', () => ({ claims: { nonce: 'of-another-login' } }), /nonce/u],
    ['no nonce', () => ({ claims: { nonce: undefined } }), /nonce/u],
    ['another issuer', () => ({ claims: { iss: 'https://evil.example' } }), /iss/u],
    ['another audience', () => ({ claims: { aud: 'another-client' } }), /aud/u],
    ['many audiences, for another party', () => ({ claims: { aud: ['sluice', 'x'], azp: 'x' } }), /azp/u],
    ['expired', () => ({ claims: { exp: now() - 120, iat: now() - 500 } }), /exp/u],
    ['no expiry', () => ({ claims: { exp: undefined } }), /exp/u],
    ['no subject', () => ({ claims: { sub: undefined } }), /sub/u],
    ['alg none, unsigned', () => ({ header: { alg: 'none' }, hasNoSignature: true }), /alg/u],
    ['alg none, with a signature', () => ({ header: { alg: 'none' } }), /alg/u],
    ['alg HS256, as if the public key were a secret', () => ({ header: { alg: 'HS256' } }), /alg/u],
    ['signed by a stranger', () => ({ isSignedByStranger: true }), /signature/u],
    ['signed by a key that is not published', () => ({ header: { kid: 'unknown' } }), /key/u],
    ['no signature', () => ({ hasNoSignature: true }), /signature/u],
    ['no ID token', () => ({ hasNoIdToken: true }), /id_token/u],
  ])('%s is refused', async (_name, lie, words) => {
    const finished = await outcome(lie());
    expect(finished).toEqual({ kind: 'refused', detail: expect.stringMatching(words) });
  });

  test('an issuer in the answer (RFC 9207), or in the document, that is another', async () => {
    const login = loginAt(provider.issuer);
    const { sealed, state } = await begin(login);
    expect(await login.finish(`code=c&state=${state}&iss=https://evil.example`, sealed)).toMatchObject({
      kind: 'refused',
    });
    provider.documentIssuer = 'https://evil.example';
    expect(await loginAt(provider.issuer).begin(BROWSER)).toEqual({
      ok: false,
      detail: expect.stringContaining(`The provider at ${provider.issuer}/ cannot be used`),
    });
  });

  test('another state, none, a sealed text that was changed, or is older than ten minutes, is not known', async () => {
    const login = loginAt(provider.issuer);
    const { sealed, state } = await begin(login);
    for (const [query, kept] of [
      ['code=c&state=another', sealed],
      ['code=c', sealed],
      [`code=c&state=${state}`, undefined],
      [`code=c&state=${state}`, `${sealed.slice(0, -6)}AAAAAA`],
      [`code=c&state=${state}`, ''],
    ] as const)
      expect(await login.finish(query, kept)).toEqual({ kind: 'unknown' });
    clockMs += 600_001;
    expect(await login.finish(`code=c&state=${state}`, sealed)).toEqual({ kind: 'unknown' });
  });

  test('what the provider says of an error is told, and harmless', async () => {
    const login = loginAt(provider.issuer);
    const { sealed, state } = await begin(login);
    const query = `error=access_denied&error_description=${encodeURIComponent('no\u0000\u001b[31m!')}&state=${state}`;
    expect(await login.finish(query, sealed)).toEqual({
      kind: 'refused',
      detail: expect.stringContaining('access_denied (no  [31m!)'),
    });
  });
});

describe('a provider that is away', () => {
  let real: RealProvider | null = null;
  afterEach(() => real?.stop());

  test('is said so, and is found as soon as it is back', async () => {
    real = await RealProvider.start({ redirectUris: [`${PUBLIC_URL}/auth/callback`] });
    const { port, issuer } = real;
    await real.stop();
    const login = loginAt(issuer);
    expect(await login.begin(BROWSER)).toEqual({ ok: false, detail: expect.stringContaining('ECONNREFUSED') });
    real = await RealProvider.start({ redirectUris: [`${PUBLIC_URL}/auth/callback`], port });
    clockMs += 2000;
    expect(await login.begin(BROWSER)).toMatchObject({ ok: true });
    const { sealed, state } = await begin(login);
    await real.stop();
    expect(await login.finish(`code=c&state=${state}&iss=${issuer}`, sealed)).toEqual({
      kind: 'provider-away',
      detail: expect.stringContaining('does not answer'),
    });
  });

  test('is asked once by many who come at the same time', async () => {
    provider.asked.clear();
    const login = loginAt(provider.issuer);
    await Promise.all(Array.from({ length: 20 }, () => login.begin(BROWSER)));
    expect(provider.asked.get('/.well-known/openid-configuration')).toBe(1);
  });
});
