/** A path that exists answers a method that it does not take with 405, and says which it does (RFC 9110, section 15.5.6). */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { pathOf } from './path-of.ts';

interface Path {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** A route for each method that is not taken would be five times as many routes, made at each start. */
export class TakenMethods {
  readonly #byUrl = new Map<string, Path>();

  /** @param app Before its routes: each that is added is known from then on, but for those of whole directories. */
  constructor(app: FastifyInstance) {
    app.addHook('onRoute', ({ url, method }) => {
      if (url.includes('*')) return;
      const path = this.#byUrl.get(url) ?? { pattern: patternOf(url), methods: new Set() };
      this.#byUrl.set(url, path);
      for (const each of [method].flat()) path.methods.add(each);
    });
  }

  /** @returns The methods that the request's path takes, where that of the request is none of them; `null`: it is, or there is no such path. */
  insteadOf({ url, method, is404 }: Pick<FastifyRequest, 'url' | 'method' | 'is404'>): readonly string[] | null {
    const address = pathOf(url);
    // `/rollouts/plan` is not the rollout named so, also for a method that only rollouts take.
    const itself = this.#byUrl.get(address);
    if (itself !== undefined) return itself.methods.has(method) ? null : [...itself.methods];
    if (!is404) return null;
    const paths = [...this.#byUrl.values()].filter(({ pattern }) => pattern.test(address));
    return paths.length === 0 ? null : [...new Set(paths.flatMap(({ methods }) => [...methods]))];
  }
}

/** @param url Of a route, such as `/api/v1/nodes/:id`. */
function patternOf(url: string): RegExp {
  const parts = url.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : part.replaceAll('.', String.raw`\.`)));
  return new RegExp(`^${parts.join('/')}$`, 'u');
}
