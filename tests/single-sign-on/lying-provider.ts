/** A provider that can be told to lie: it signs whatever ID token a test wants. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createServer, type Server } from 'node:http';

/** What its token endpoint says next; parts that are left out are as an honest provider says them. */
export interface Lie {
  readonly claims?: Readonly<Record<string, unknown>>;
  readonly header?: Readonly<Record<string, unknown>>;
  /** Signs with a key that is not among those that it publishes. */
  readonly isSignedByStranger?: boolean;
  readonly hasNoSignature?: boolean;
  readonly hasNoIdToken?: boolean;
}

const KEY_ID = 'the-key';

export class LyingProvider {
  readonly issuer: string;
  lie: Lie = {};
  /** Of the login that is under way. */
  nonce = '';
  /** What its document says that it is. */
  documentIssuer: string;
  userInfo: Readonly<Record<string, unknown>> = { sub: 'ada', groups: ['ops'] };
  /** How often each path was asked for. */
  readonly asked = new Map<string, number>();
  readonly #server: Server;
  readonly #key = generateKeyPairSync('rsa', { modulusLength: 2048 });

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.issuer = `http://127.0.0.1:${port}`;
    this.documentIssuer = this.issuer;
    server.on('request', (request, response) => {
      const path = (request.url ?? '').split('?')[0] ?? '';
      this.asked.set(path, (this.asked.get(path) ?? 0) + 1);
      request.resume();
      const answer = this.#answer(path);
      response.writeHead(answer === null ? 404 : 200, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  }

  static async start(): Promise<LyingProvider> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the provider has no port');
    return new LyingProvider(server, address.port);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(path: string): unknown {
    const { issuer } = this;
    switch (path) {
      case '/.well-known/openid-configuration':
        return {
          issuer: this.documentIssuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          jwks_uri: `${issuer}/keys`,
          userinfo_endpoint: `${issuer}/userinfo`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
        };
      case '/keys':
        return {
          keys: [{ ...this.#key.publicKey.export({ format: 'jwk' }), kid: KEY_ID, use: 'sig', alg: 'RS256' }],
        };
      case '/userinfo':
        return this.userInfo;
      case '/token': {
        const answer = { access_token: 'an-access-token', token_type: 'Bearer', expires_in: 60 };
        return this.lie.hasNoIdToken === true ? answer : { ...answer, id_token: this.#idToken() };
      }
      default:
        return null;
    }
  }

  #idToken(): string {
    const { claims = {}, header = {}, isSignedByStranger = false, hasNoSignature = false } = this.lie;
    const now = Math.floor(Date.now() / 1000);
    const honest = { iss: this.issuer, sub: 'ada', aud: 'sluice', iat: now, exp: now + 300, nonce: this.nonce };
    const content = [
      { alg: 'RS256', kid: KEY_ID, ...header },
      { ...honest, groups: ['ops'], ...claims },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    if (hasNoSignature) return `${content}.`;
    const key = isSignedByStranger ? strangersKey() : this.#key.privateKey;
    return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
  }
}

function strangersKey(): KeyObject {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return createPrivateKey(privateKey.export({ format: 'pem', type: 'pkcs8' }));
}
