/** How new answers are: told with each of them, and waited for where a request asks for more than this server shows yet. */
import { LAG_HEADER, MIN_REVISION_HEADER, REVISION_HEADER, revisionIn, type Route, routes } from '@sluice/contract';
import type { DoneFuncWithErrOrRes, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { awaitRevision, behindProblem, goneSignal } from './await-revision.ts';
import { identifyAgain, identityOf } from './identity.ts';
import { sendProblem } from './problem-response.ts';
import { given } from './query-values.ts';
import type { HttpParts } from './route-context.ts';

/** Routes that whoever may ask gets an answer from the fleet's memory from. */
const PATHS: ReadonlySet<string> = new Set(
  Object.values<Route>(routes).flatMap(({ path, access }) => (access === 'public' ? [] : [path])),
);
/** Who is logged in is told of the same memory; the routes of the login are not part of the contract. */
const LOGIN_PATHS = '/auth/';

/** Whoever is not known yet is one reader together; no token has such an id. */
const STRANGERS = '';

/** To be called before there are routes. It comes when who asks, and how much they may, is decided already. */
export function serveRevisions(app: FastifyInstance, parts: HttpParts): void {
  const { fleet } = parts;

  const refusalOf = async (revision: number, request: FastifyRequest, reply: FastifyReply) => {
    const { principal } = identityOf(request);
    // A token or cookie that is not known may have been made a moment ago, elsewhere. Whoever shows none is refused anyway.
    if (principal === null && !showsSomething(request)) return null;
    const reader = principal?.tokenId ?? STRANGERS;
    const arrival = await awaitRevision(revision, parts, { gone: goneSignal(reply), reader });
    if (principal === null) identifyAgain(request, parts);
    return arrival === 'shown' || parts.isStopping() ? null : behindProblem(revision, parts);
  };

  const wait = async (request: FastifyRequest, reply: FastifyReply) => {
    const text = request.headers[MIN_REVISION_HEADER];
    if (text === undefined) return;
    const revision = revisionIn(String(text));
    if (revision === null) {
      const detail = 'Sluice-Min-Revision must be the Sluice-Revision of an answer, a whole number. Nothing was done.';
      return sendProblem(reply, { code: 'invalid-request', field: 'Sluice-Min-Revision', detail });
    }
    if (revision <= fleet.lastSequence || parts.isStopping() || resumesByItself(request)) return;
    const refusal = await refusalOf(revision, request, reply);
    if (refusal !== null) return sendProblem(reply, refusal);
  };
  const tell = (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: DoneFuncWithErrOrRes) => {
    if (identityOf(request).principal !== null) tellRevision(reply, parts);
    done(null, payload);
  };

  // Which routes these are is asked once of each, and not of every request.
  app.addHook('onRoute', (route) => {
    if (!PATHS.has(route.url) && !route.url.startsWith(LOGIN_PATHS)) return;
    route.onRequest = [wait, ...[route.onRequest ?? []].flat()];
    route.onSend = [...[route.onSend ?? []].flat(), tell];
  });
}

/** What this server shows at this moment. */
export function tellRevision(reply: FastifyReply, { fleet, lagMs }: Pick<HttpParts, 'fleet' | 'lagMs'>): void {
  void reply.header(REVISION_HEADER, String(fleet.lastSequence)).header(LAG_HEADER, String(Math.ceil(lagMs())));
}

function showsSomething({ headers: { authorization, cookie } }: FastifyRequest): boolean {
  return authorization !== undefined || cookie !== undefined;
}

/** A stream that goes on where it was tells everything since, in order, wherever that is. */
function resumesByItself({ routeOptions: { url }, headers, query }: FastifyRequest): boolean {
  if (url !== routes.events.path) return false;
  const after: unknown = typeof query === 'object' && query !== null ? Reflect.get(query, 'after') : undefined;
  const isText = (text: unknown) => typeof text === 'string' && given(text) !== undefined;
  return isText(headers['last-event-id']) || isText(after);
}
