/** The login of a person at an OpenID Connect provider: the authorisation code flow with PKCE, from its beginning to who they are here. */
import {
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  calculatePKCECodeChallenge,
  ClientError,
  type Configuration,
  fetchUserInfo,
  type IDToken,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import Type from 'typebox';
import { type Claims, firstRuleFor, type GroupRule, groupsIn, isNamed, nameIn } from './group-rules.ts';
import { isProviderAway, reasonOf } from './provider-fault.ts';
import { Provider, type ProviderSettings } from './provider.ts';
import { SealedBox } from './sealed-box.ts';
import type { LoginKeys } from '../login-keys.ts';
import type { Person } from './session-keeper.ts';

/** Milliseconds that a person has for logging in at the provider. */
export const LOGIN_WITHIN_MS = 600_000;
/** The path, under the public URL, that the provider sends the browser back to. */
const CALLBACK_PATH = '/auth/callback';

/** What is done after the login. */
export const LoginPurpose = Type.Union([
  Type.Object({
    kind: Type.Literal('browser'),
    /** A path of this server. */
    returnTo: Type.String(),
  }),
  Type.Object({
    kind: Type.Literal('cli'),
    /** Where `sluice login` listens on the person's own machine. */
    port: Type.Integer(),
    /** SHA-256 of the verifier that only that `sluice login` knows, base64url. */
    challenge: Type.String(),
    state: Type.String(),
  }),
]);
export type LoginPurpose = Type.Static<typeof LoginPurpose>;
export type CliLogin = Extract<LoginPurpose, { kind: 'cli' }>;

/** What must be remembered while the person is at the provider. */
const Transaction = Type.Object({
  state: Type.String(),
  nonce: Type.String(),
  codeVerifier: Type.String(),
  purpose: LoginPurpose,
});

export interface OidcSettings extends ProviderSettings {
  /** Where browsers reach this server: an origin, such as `https://sluice.example`. */
  readonly publicUrl: URL;
  readonly scopes: readonly string[];
  readonly groupsClaim: string;
  /** The first that says something names the person. */
  readonly nameClaims: readonly string[];
  readonly roles: readonly GroupRule[];
}

export type BegunLogin =
  | { readonly ok: true; /** Where the browser goes now. */ readonly address: URL; readonly sealed: string }
  | { readonly ok: false; readonly detail: string };

export type FinishedLogin =
  | { readonly kind: 'person'; readonly person: Person; readonly purpose: LoginPurpose }
  /** The provider knows them, but no group rule lets them in. */
  | {
      readonly kind: 'no-rule';
      readonly subject: string;
      readonly name: string;
      /** `null`: the provider did not tell any. */
      readonly groups: readonly string[] | null;
    }
  /** The answer of the provider is not one that proves who they are, or is none. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** Not begun in this browser, begun too long ago, or finished already. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'provider-away'; readonly detail: string };

export class OidcLogin {
  readonly settings: OidcSettings;
  readonly #provider: Provider;
  readonly #box: SealedBox<typeof Transaction>;

  constructor(settings: OidcSettings, keys: LoginKeys, now: () => number) {
    this.settings = settings;
    this.#provider = new Provider(settings, now);
    this.#box = new SealedBox({
      schema: Transaction,
      purpose: 'login transaction',
      keys,
      lifetimeMs: LOGIN_WITHIN_MS,
      now,
    });
  }

  async begin(purpose: LoginPurpose): Promise<BegunLogin> {
    const found = await this.#provider.find();
    if (!found.ok) return found;
    const [state, nonce, codeVerifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
    const address = buildAuthorizationUrl(found.configuration, {
      redirect_uri: new URL(CALLBACK_PATH, this.settings.publicUrl).href,
      scope: this.settings.scopes.join(' '),
      state,
      nonce,
      code_challenge: await calculatePKCECodeChallenge(codeVerifier),
      code_challenge_method: 'S256',
    });
    return { ok: true, address, sealed: this.#box.seal({ state, nonce, codeVerifier, purpose }) };
  }

  /**
   * @param query What the provider sent the browser back with.
   * @param sealed What `begin` gave, as the browser kept it; absent: it kept nothing.
   */
  async finish(query: string, sealed: string | undefined): Promise<FinishedLogin> {
    const transaction = sealed === undefined ? null : this.#box.open(sealed);
    // The address is that which the provider was told, never that of the request: a Host header can be anything.
    const callback = new URL(`${CALLBACK_PATH}?${query}`, this.settings.publicUrl);
    if (transaction === null || callback.searchParams.get('state') !== transaction.state) return { kind: 'unknown' };
    const found = await this.#provider.find();
    if (!found.ok) return { kind: 'provider-away', detail: found.detail };
    try {
      return await this.#identify(found.configuration, callback, transaction);
    } catch (error) {
      const { issuer } = this.settings;
      if (isProviderAway(error))
        return { kind: 'provider-away', detail: `The provider at ${issuer.href} does not answer: ${reasonOf(error)}.` };
      // A fault of our own is no refusal.
      if (!isOfTheProtocol(error)) throw new Error('finishing a login', { cause: error });
      return { kind: 'refused', detail: `The answer of ${issuer.href} is not accepted: ${reasonOf(error)}.` };
    }
  }

  /** Where a browser ends its session at the provider; `null`: the provider has no such address, or was not found yet. */
  providerLogoutAddress(): URL | null {
    const { known } = this.#provider;
    return known?.serverMetadata().end_session_endpoint === undefined ? null : buildEndSessionUrl(known);
  }

  async #identify(
    configuration: Configuration,
    callback: URL,
    { state, nonce, codeVerifier, purpose }: Type.Static<typeof Transaction>,
  ): Promise<FinishedLogin> {
    const { groupsClaim, nameClaims, roles } = this.settings;
    const tokens = await authorizationCodeGrant(configuration, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: codeVerifier,
      idTokenExpected: true,
    });
    const idToken = tokens.claims();
    if (idToken === undefined) throw new Error('the provider gave no ID token');
    const claims = await this.#withUserInfo(configuration, idToken, tokens.access_token);
    const subject = idToken.sub;
    const name = nameIn(claims, nameClaims, subject);
    const groups = groupsIn(claims, groupsClaim);
    const rule = firstRuleFor(groups ?? [], roles);
    if (rule === null) return { kind: 'no-rule', subject, name, groups };
    return { kind: 'person', person: { subject, name, role: rule.role, selector: rule.selector }, purpose };
  }

  /** Providers tell some claims in the ID token and others only when they are asked; the ID token, which is signed, wins. */
  async #withUserInfo(configuration: Configuration, idToken: IDToken, accessToken: string): Promise<Claims> {
    const { groupsClaim, nameClaims } = this.settings;
    const isEnough = groupsIn(idToken, groupsClaim) !== null && isNamed(idToken, nameClaims);
    if (isEnough || configuration.serverMetadata().userinfo_endpoint === undefined) return idToken;
    const userInfo = await fetchUserInfo(configuration, accessToken, idToken.sub);
    return { ...userInfo, ...idToken };
  }
}

/** openid-client's own errors, in each of which something that the provider said was not as it must be. */
function isOfTheProtocol(error: unknown): boolean {
  return error instanceof ClientError || (error instanceof Error && typeof Reflect.get(error, 'code') === 'string');
}
