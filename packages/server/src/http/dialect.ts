/** Which routes speak a protocol of others, asked of a request wherever something depends on it. */
import { type Route, routes } from '@sluice/contract';
import type { FastifyRequest } from 'fastify';

const DIALECTS = new Map(Object.values<Route>(routes).map(({ path, dialect }) => [path, dialect]));

/** @returns `undefined`: it speaks ours. */
export function dialectOf({ routeOptions }: Pick<FastifyRequest, 'routeOptions'>): Route['dialect'] {
  return routeOptions.url === undefined ? undefined : DIALECTS.get(routeOptions.url);
}
