/** A real server at which people log in, and the real provider that it trusts. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { loadServerConfig, type RunningServer, startServer } from '../../packages/server/src/index.ts';
import { findFreePorts } from '../../packages/cli/src/demo/ports.ts';
import { CLIENT_ID, CLIENT_SECRET, RealProvider } from './real-provider.ts';

const ADMIN_TOKEN = 'slc_test-admin-token-0123456789abcdef';
/** How often another port is taken when somebody else was faster. */
const TRIES = 5;
/** Milliseconds until an event must be told, on a machine that is busy with other things. */
const EVENT_WITHIN_MS = 15_000;

export interface LoginOptions {
  /** Lines of the configuration file beside `oidc`. */
  readonly more?: string;
  readonly claimsInUserInfoOnly?: boolean;
  readonly isPublic?: boolean;
  /** Where browsers are told that the server is; absent: where it is. */
  readonly publicUrl?: string;
}

export class LoginUnderTest {
  readonly url: string;
  readonly provider: RealProvider;
  readonly directory: string;
  readonly #server: RunningServer;

  private constructor(url: string, provider: RealProvider, directory: string, server: RunningServer) {
    this.url = url;
    this.provider = provider;
    this.directory = directory;
    this.#server = server;
  }

  static async start(options: LoginOptions = {}): Promise<LoginUnderTest> {
    for (let tries = 1; ; tries += 1) {
      const [port = 0] = await findFreePorts(1);
      const url = `http://127.0.0.1:${port}`;
      const provider = await RealProvider.start({ ...options, redirectUris: [`${url}/auth/callback`] });
      const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-login-'));
      try {
        return new LoginUnderTest(url, provider, directory, await serve(url, provider, directory, options));
      } catch (error) {
        await provider.stop();
        await rm(directory, { recursive: true, force: true });
        const cause: unknown = error instanceof Error ? error.cause : null;
        const isTaken = cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE';
        if (!isTaken || tries === TRIES) throw error;
      }
    }
  }

  async stop(): Promise<void> {
    await this.#server.stop();
    await this.provider.stop();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** The history of one kind of event, from its beginning until `words` are in it. */
  async eventOfKind(kind: string, words: string): Promise<string> {
    const response = await fetch(`${this.url}/api/v1/events?after=0&kind=${kind}`, {
      headers: { authorization: `Bearer ${ADMIN_TOKEN}` },
      signal: AbortSignal.timeout(EVENT_WITHIN_MS),
    });
    let text = '';
    if (response.body === null) throw new Error('the stream of events is empty');
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      if (text.includes(words)) break;
    }
    return text;
  }

  /** As the admin token sees it. */
  async ask(target: string): Promise<unknown> {
    const response = await fetch(`${this.url}${target}`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
    return response.json();
  }
}

async function serve(
  url: string,
  { issuer }: RealProvider,
  directory: string,
  { more = '', isPublic = false, publicUrl = url }: LoginOptions,
): Promise<RunningServer> {
  const file = path.join(directory, 'server.yaml');
  await writeFile(
    file,
    `${more}
oidc:
  issuer: ${issuer}
  clientId: ${CLIENT_ID}
  publicUrl: ${publicUrl}
  roles:
    - { group: chess-ops, role: operator, selector: game=chess }
    - { group: watchers, role: viewer }
    - { group: ops, role: admin }
`,
  );
  const loaded = loadServerConfig({
    flags: { config: file, listen: new URL(url).host, data: path.join(directory, 'data'), logLevel: 'silent' },
    env: { SLUICE_ADMIN_TOKEN: ADMIN_TOKEN, ...(isPublic ? {} : { SLUICE_OIDC_CLIENT_SECRET: CLIENT_SECRET }) },
  });
  if (!loaded.ok) throw new Error(`configuring a server for a test: ${loaded.message}`);
  return startServer(loaded.config);
}
