/** Which routes speak a protocol of others, asked of a request wherever something depends on it. */
import { type Route, routes } from '@sluice/contract';
import type { FastifyRequest } from 'fastify';
import { pathOf } from './path-of.ts';

const DIALECTS = new Map(Object.values<Route>(routes).map(({ path, dialect }) => [path, dialect]));

/** Where no route took the request, as with a method that its path does not take, its path says it. @returns `undefined`: it speaks ours. */
export function dialectOf({ routeOptions, url }: Pick<FastifyRequest, 'routeOptions' | 'url'>): Route['dialect'] {
  return DIALECTS.get(routeOptions.url ?? pathOf(url));
}
