/** Two servers of one store behind a balancer that sends each request to the other one than the request before, and a real provider. */
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type Server } from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { type AppUnderTest, startApp } from '../../packages/server/src/http/app-under-test.ts';
import { openSqliteStore } from '../../packages/server/src/store/sqlite/sqlite-store.ts';
import type { Store } from '../../packages/server/src/store/store.ts';
import { CLIENT_ID, CLIENT_SECRET, RealProvider } from './real-provider.ts';

export class TwoServers {
  /** Where browsers and command lines reach them. */
  readonly url: string;
  readonly provider: RealProvider;
  /** Which server answered each request, in their order, by its place. */
  readonly answeredBy: number[] = [];
  readonly store: Store;
  readonly #directory: string;
  readonly #balancer: Server;
  #servers: readonly AppUnderTest[] = [];

  private constructor(
    url: string,
    balancer: Server,
    provider: RealProvider,
    { store, directory }: { readonly store: Store; readonly directory: string },
  ) {
    this.url = url;
    this.provider = provider;
    this.store = store;
    this.#directory = directory;
    this.#balancer = balancer;
  }

  static async start(): Promise<TwoServers> {
    const balancer = createServer();
    await new Promise<void>((resolve) => balancer.listen(0, '127.0.0.1', resolve));
    const address = balancer.address();
    if (address === null || typeof address === 'string') throw new Error('the balancer has no port');
    const url = `http://127.0.0.1:${address.port}`;
    const provider = await RealProvider.start({ redirectUris: [`${url}/auth/callback`] });
    const directory = await mkdtemp(path.join(os.tmpdir(), 'sluice-two-servers-'));
    const store = await openSqliteStore(directory);
    const two = new TwoServers(url, balancer, provider, { store, directory });
    two.#servers = [await two.#serve(), await two.#serve()];
    balancer.on('request', (asked, answer) => {
      const place = two.answeredBy.length % 2;
      two.answeredBy.push(place);
      const target = new URL(asked.url ?? '/', two.#servers[place]?.url);
      // With the Host that the browser wrote: cookies and `Origin` are about that.
      const forward = httpRequest(target, { method: asked.method ?? 'GET', headers: asked.headers }, (answered) => {
        answer.writeHead(answered.statusCode ?? 502, answered.rawHeaders);
        answered.pipe(answer);
      });
      forward.on('error', () => answer.destroy());
      asked.pipe(forward);
    });
    return two;
  }

  /** Both are stopped and started again: what only their memory held is gone. */
  async restart(): Promise<void> {
    for (const server of this.#servers) await server.stop();
    this.#servers = [await this.#serve(), await this.#serve()];
  }

  async stop(): Promise<void> {
    this.#balancer.closeAllConnections();
    await new Promise((resolve) => this.#balancer.close(resolve));
    for (const server of this.#servers) await server.stop();
    await this.provider.stop();
    await this.store.close();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #serve(): Promise<AppUnderTest> {
    const { store } = this;
    return startApp({
      store,
      catchUp: async (fleet) => {
        for (const token of await store.tokens()) fleet.tokens.put(token);
      },
      oidc: {
        issuer: new URL(this.provider.issuer),
        clientId: CLIENT_ID,
        clientSecret: CLIENT_SECRET,
        publicUrl: new URL(this.url),
        scopes: ['openid', 'profile', 'email'],
        groupsClaim: 'groups',
        nameClaims: ['email'],
        roles: [{ group: 'ops', role: 'admin', selector: null }],
      },
    });
  }
}
