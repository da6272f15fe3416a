/**
 * The TypeScript client that goctl generates for the seven routes: requests made as its `gocliRequest.ts` makes them
 * (go-zero tools/goctl/api/tsgen), with its quirks, and the functions that it writes for the contract.
 */

/** What callers of the generated functions give beside the request; it is spread over what `fetch` is given. */
export type GoctlConfig = Readonly<Record<string, unknown>>;

type Data = Readonly<Record<string, unknown>> | undefined;

export class GoctlClient {
  readonly #base: URL;
  /** goctl's client sends no token by itself: callers hand it in with every call, and the content type again with it. */
  readonly #config: GoctlConfig;

  constructor(base: URL, config: GoctlConfig) {
    this.#base = base;
    this.#config = config;
  }

  listNodes(query: Data): Promise<unknown> {
    // A GET with data would be given a body, which fetch refuses: callers take it away.
    return this.#api('get', '/api/v1/nodes', { params: query }, { body: undefined });
  }

  drainNode(request: { readonly timeout?: number } | undefined, id: string): Promise<unknown> {
    return this.#api('post', `/api/v1/nodes/${id}/drain`, request);
  }

  getMetadata(id: string): Promise<unknown> {
    return this.#api('get', `/api/v1/nodes/${id}/meta`, {}, { body: undefined });
  }

  updateMetadata(request: { readonly meta: unknown }, id: string): Promise<unknown> {
    return this.#api('put', `/api/v1/nodes/${id}/meta`, request);
  }

  restartNode(id: string): Promise<unknown> {
    return this.#api('post', `/api/v1/nodes/${id}/restart`, undefined);
  }

  undrainNode(id: string): Promise<unknown> {
    return this.#api('post', `/api/v1/nodes/${id}/undrain`, undefined);
  }

  listCommands(): Promise<unknown> {
    return this.#api('get', '/api/v1/nodes/commands', {}, { body: undefined });
  }

  /** Newer versions of goctl give path parameters as the data, and the request where the configuration belongs. */
  drainNodeByParameters(parameters: object, request: { readonly timeout?: number }, id: string): Promise<unknown> {
    return this.#request('post', `/api/v1/nodes/${id}/drain`, parameters, { ...this.#config, ...request });
  }

  #api(method: string, url: string, request: Data, config: GoctlConfig = {}): Promise<unknown> {
    const given = request?.['params'];
    const isInQuery = url.includes(':') || method === 'get';
    const address = isInQuery && typeof given === 'object' && given !== null ? withQuery(url, given) : url;
    return this.#request(method, address, request, { ...this.#config, ...config });
  }

  async #request(method: string, url: string, data: unknown, config: GoctlConfig): Promise<unknown> {
    const response = await fetch(new URL(url, this.#base), {
      method: method.toLocaleUpperCase(),
      credentials: 'include',
      headers: { 'Content-Type': 'application/json' },
      ...(data ? { body: JSON.stringify(data) } : {}),
      ...config,
    });
    return response.json();
  }
}

/** Nothing is escaped, and what is undefined is written as such. */
function withQuery(url: string, query: object): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name}=${String(value)}`);
  return pairs.length === 0 ? url : `${url}?${pairs.join('&')}`;
}
