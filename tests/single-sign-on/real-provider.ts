/** A real OpenID Connect provider (oidc-provider) on this machine, at which one person after the other is logged in without asking. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';

export const CLIENT_ID = 'sluice';
export const CLIENT_SECRET = 'the-client-secret-of-these-tests-&=%';

export interface Account {
  readonly sub: string;
  /** Beside `sub`. */
  readonly claims: Readonly<Record<string, unknown>>;
}

export interface ProviderOptions {
  /** Where it may send browsers back to. */
  readonly redirectUris: readonly string[];
  /** Whether claims are in userinfo only, as OpenID Connect has it for this flow; else in the ID token too. */
  readonly claimsInUserInfoOnly?: boolean;
  /** A public client: PKCE alone. */
  readonly isPublic?: boolean;
  /** 0: any free one. */
  readonly port?: number;
}

export class RealProvider {
  readonly issuer: string;
  /** Who logs in next; `null`: whoever comes refuses. */
  account: Account | null = null;
  readonly #server: Server;
  #provider: Provider | null = null;

  private constructor(server: Server, issuer: string) {
    this.#server = server;
    this.issuer = issuer;
  }

  static async start(options: ProviderOptions): Promise<RealProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the provider has no port');
    const real = new RealProvider(server, `http://127.0.0.1:${address.port}`);
    real.#provider = real.#create(options);
    const answer = real.#provider.callback();
    server.on('request', (request, response) => {
      if (request.url?.startsWith('/interaction/') !== true) void answer(request, response);
      else real.#interact(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    return real;
  }

  get port(): number {
    return Number(new URL(this.issuer).port);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #create({ redirectUris, claimsInUserInfoOnly = false, isPublic = false }: ProviderOptions): Provider {
    const provider = new Provider(this.issuer, {
      clients: [
        {
          client_id: CLIENT_ID,
          ...(isPublic ? { token_endpoint_auth_method: 'none' } : { client_secret: CLIENT_SECRET }),
          redirect_uris: [...redirectUris],
          response_types: ['code'],
          grant_types: ['authorization_code'],
        },
      ],
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['preferred_username', 'groups'] },
      conformIdTokenClaims: claimsInUserInfoOnly,
      features: { devInteractions: { enabled: false } },
      cookies: { keys: ['a key of these tests'] },
      interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}` },
      pkce: { required: () => true },
      ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
      findAccount: (_ctx, sub) => {
        const claims = this.account?.sub === sub ? this.account.claims : {};
        return { accountId: sub, claims: () => ({ ...claims, sub }) };
      },
      loadExistingGrant: async ({ oidc }) => {
        const grant = new provider.Grant({ clientId: CLIENT_ID, accountId: oidc.session?.accountId ?? '' });
        grant.addOIDCScope('openid profile email');
        await grant.save();
        return grant;
      },
    });
    return provider;
  }

  async #interact(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (this.#provider === null) throw new Error('the provider is not ready');
    const result =
      this.account === null
        ? { error: 'access_denied', error_description: 'They said <b>no</b>' }
        : { login: { accountId: this.account.sub } };
    await this.#provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
  }
}
