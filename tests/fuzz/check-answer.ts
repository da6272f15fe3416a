/** What must be true of every answer, whatever was asked: it is what the OpenAPI document promises, and protects a browser. */
import { createOpenapiDocument, ProblemDocument, problems, type Route, routes } from '@sluice/contract';
import { Compile, type Validator } from 'typebox/compile';
import type { Answer } from '../../packages/server/src/http/server-under-test.ts';
import type { HttpInput } from './http-input.ts';

const problemSchema = Compile(ProblemDocument);
const responses = new Map<string, Validator>(
  Object.values<Route>(routes).map(({ name, response }) => [name, Compile(response)]),
);
const promised = createOpenapiDocument()['paths'];
/** Statuses that any request can get, of which a route's own list says nothing. */
const OF_ANY: readonly number[] = [304, 400, 404, 405, 408, 413, 414, 415, 429, 431];

const GUARDS: Readonly<Record<string, RegExp>> = {
  'x-content-type-options': /^nosniff$/u,
  'referrer-policy': /^no-referrer$/u,
  'content-security-policy': /frame-ancestors 'none'/u,
  'cross-origin-opener-policy': /^same-origin$/u,
  'cross-origin-resource-policy': /^same-origin$/u,
  'permissions-policy': /camera=\(\)/u,
  'cache-control': /^(?:no-store|private, no-cache)$/u,
};

/** What is wrong with the answer, in words; `null`: nothing. */
export function faultOf({ status, headers, json, text }: Answer, { route, method, isExact }: HttpInput): string | null {
  if (status < 200 || status >= 500) return 'a status that no request should get';
  for (const [name, pattern] of Object.entries(GUARDS))
    if (!pattern.test(String(headers[name]))) return `the header ${name} is ${String(headers[name])}`;
  if (headers['x-injected'] !== undefined || headers['set-cookie'] !== undefined)
    return 'a header that somebody put into it';
  if (method === 'HEAD') return text === '' ? null : 'a body to HEAD';
  if (status < 400) {
    if (status !== 200 || !isExact || method !== route.method) return null;
    if (route.responseMediaType !== undefined) return null;
    return responses.get(route.name)?.Check(json) === true ? null : 'an answer that is not as the route promises';
  }
  if (headers['content-type'] !== 'application/problem+json; charset=utf-8')
    return `a refusal of the type ${String(headers['content-type'])}`;
  if (!problemSchema.Check(json)) return 'a refusal that is no problem document';
  const known = Object.entries(problems).find(([code]) => code === json.code)?.[1];
  if (known?.status !== status || json.status !== status) return 'a problem whose code and status do not fit';
  if (json.detail.length > 1001) return 'a problem that repeats too much of the request';
  const isPromised = OF_ANY.includes(status) || promisedStatuses(route).includes(String(status));
  return isPromised || !isExact || method !== route.method
    ? null
    : `a ${json.code} that the OpenAPI document does not promise`;
}

function promisedStatuses({ path, method }: Route): readonly string[] {
  const operations = property(promised, path.replaceAll(/:([a-z]+)/giu, '{$1}'));
  const given = property(property(operations, method.toLowerCase()), 'responses');
  return typeof given === 'object' && given !== null ? Object.keys(given) : [];
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : undefined;
}
