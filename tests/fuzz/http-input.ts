/** Requests of every route: generated from its schemas, then made nearly right in path, query, headers, body or bytes. */
import { FLEET_LOCK_HEADER, type Route, type RouteName, routes } from '@sluice/contract';
import { ADMIN_TOKEN } from '../../packages/server/src/http/server-under-test.ts';
import { Random } from '../simulation/random.ts';
import { generate, mutate, pickOf } from './generate.ts';
import { HOSTILE_JSON, HOSTILE_TEXTS, LONG_TEXTS } from './hostile-values.ts';

export interface HttpInput {
  readonly seed: number;
  readonly route: Route;
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | null;
  /** The path names the route as it should, so that no other can have answered. */
  readonly isExact: boolean;
}

/** What there is to name in the server that is asked; an input is the same for every server but for these. */
export type KnownIds = Readonly<Record<'@operation' | '@token' | '@cursor', string>>;

const NAMES = Object.values(routes).map(({ name }) => name) satisfies readonly RouteName[];
const HEADERS = [
  'idempotency-key',
  'if-match',
  'if-none-match',
  'last-event-id',
  'x-forwarded-for',
  'x-http-method-override',
  'cookie',
  'origin',
  'accept',
  'content-encoding',
  'range',
] as const;

export function httpInput(seed: number, known: KnownIds): HttpInput {
  const random = new Random(seed, 'http');
  const route: Route = routes[pickOf(random, NAMES) ?? 'listNodes'];
  const hostile = () => pickOf(random, HOSTILE_TEXTS) ?? '';
  const named = () => {
    const name = random.pick('n1', 'n2', 'n1', 'n2', 'drain', 'echo', '@operation', '@token', 'op_1', 'tok_1');
    return name === '@operation' || name === '@token' ? known[name] : name;
  };
  let isExact = true;
  const path = route.path.replaceAll(/:[a-z]+/giu, () => {
    const parameter = random.chance(0.6) ? named() : hostile();
    if (random.chance(0.9)) {
      // A step in the path, or the name of a route beside this one.
      if (['', '.', '..', 'commands'].includes(parameter)) isExact = false;
      return encoded(parameter);
    }
    isExact = false;
    return unencoded(parameter);
  });
  const query = [...namesOf(route.query), random.chance(0.2) ? hostile() : ''].filter(
    (name) => name !== '' && random.chance(0.35),
  );
  const pairs = query.map((name) => {
    const text = random.chance(0.2) ? random.pick('n1', 'drain', '1', '100', '0', known['@cursor']) : hostile();
    return random.chance(0.5) ? `${encoded(name)}=${encoded(text)}` : new URLSearchParams([[name, text]]).toString();
  });
  const headers: Record<string, string> = { authorization: random.chance(0.9) ? ADMIN_TOKEN : headerText(hostile()) };
  for (const name of HEADERS) if (random.chance(0.1)) headers[name] = headerText(hostile());
  // Refused at once, nearly always: seldom enough that what comes after it is asked as well.
  if (random.chance(0.01)) headers['sluice-min-revision'] = headerText(hostile());
  // Nothing comes further without it.
  if (route.dialect === 'fleetlock' && random.chance(0.9)) headers[FLEET_LOCK_HEADER] = 'true';
  const body = route.method === 'GET' && random.chance(0.9) ? null : bodyOf(route, random);
  if (body !== null)
    headers['content-type'] = random.chance(0.85)
      ? (route.bodyMediaTypes?.[0] ?? 'application/json')
      : headerText(hostile());
  const method = random.chance(0.95)
    ? route.method
    : random.pick('PUT', 'PATCH', 'DELETE', 'POST', 'OPTIONS', 'HEAD', 'PROPFIND');
  const separator = random.chance(0.98) ? '?' : '?&?#';
  const target = pairs.length === 0 ? path : `${path}${separator}${pairs.join(random.chance(0.95) ? '&' : '&&')}`;
  return { seed, route, method, target, headers, body, isExact };
}

/** Every long text in every place of every route where a text may stand, one at a time. */
export function longInputs(): readonly HttpInput[] {
  const authorization = ADMIN_TOKEN;
  return Object.values<Route>(routes).flatMap((route) => {
    const { method } = route;
    const common = { seed: 0, route, method, isExact: true, body: null, headers: { authorization } };
    const target = route.path.replaceAll(/:[a-z]+/giu, 'n1');
    return LONG_TEXTS.flatMap((text): readonly HttpInput[] => [
      ...namesOf(route.params).map((name) => ({
        ...common,
        target: route.path.replaceAll(/:([a-z]+)/giu, (_whole, each) => (each === name ? encoded(text) : 'n1')),
      })),
      ...namesOf(route.query).map((name) => ({
        ...common,
        target: `${target}?${new URLSearchParams([[name, text]]).toString()}`,
      })),
      ...[...namesOf(route.headers), 'authorization'].map((name) => ({
        ...common,
        target,
        headers: { authorization, [name]: headerText(text) },
      })),
      ...namesOf(route.body).map((name) => ({
        ...common,
        target,
        headers: { authorization, 'content-type': 'application/json' },
        body: JSON.stringify({ [name]: text }),
      })),
    ]);
  });
}

/** For the one who reads a failure. */
export function inputInWords({ method, target, headers, body }: HttpInput): string {
  return `${method} ${target.slice(0, 300)} ${JSON.stringify(headers).slice(0, 300)} ${String(body).slice(0, 500)}`;
}

function namesOf(schema: unknown): readonly string[] {
  return typeof schema === 'object' && schema !== null && 'properties' in schema
    ? Object.keys(schema.properties ?? {})
    : [];
}

function bodyOf(route: Route, random: Random): string | Buffer {
  if (random.chance(0.1)) return pickOf(random, HOSTILE_JSON) ?? '';
  const valid = generate(route.body, random);
  let text = JSON.stringify(random.chance(0.5) ? mutate(valid, random) : valid) ?? '';
  // What no value of JavaScript gives: a key given twice, a name of what every object has, a number beyond all numbers.
  if (random.chance(0.1))
    text = text.replace(
      '{',
      random.pick('{"__proto__":{"admin":true},', '{"reason":"x","reason":1,', '{"meta":1e309,'),
    );
  if (random.chance(0.8)) return text;
  const bytes = Buffer.from(random.chance(0.1) ? `\ufeff${text}` : text);
  for (let count = random.between(1, 4); count > 0 && bytes.length > 0; count -= 1)
    bytes[random.between(0, bytes.length - 1)] = random.between(0, 255);
  return bytes;
}

/** Percent-encoded as it should be; a lone surrogate as bytes that are no UTF-8. */
function encoded(text: string): string {
  return !/\p{Surrogate}/u.test(text) ? encodeURIComponent(text) : '%ED%A0%80';
}

/** As it is, as far as a request line can hold it. */
function unencoded(text: string): string {
  return text.replaceAll(/[^\x21-\x7e]/gu, '').slice(0, 2000);
}

function headerText(text: string): string {
  return text.replaceAll(/[^\x20-\x7e]/gu, '').slice(0, 2000);
}
