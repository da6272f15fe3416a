/** The typed HTTP client: one method for each route of the contract, answers as values. */
import { routes, type Route, type RouteName } from '@sluice/contract';
import { addressOf } from './address.ts';
import { connectionProblem, readProblem, type Answer, type Answered } from './answer.ts';
import type { ClientOptions, ClientParts } from './client-options.ts';
import { exchange, foreignAnswer, parseJson, type AnyRequest } from './exchange.ts';
import { followEvents, type ClientEvent, type EventsItem, type EventsRequest } from './follow-events.ts';
import type { RequestOf, ResponseOf } from './route-types.ts';
import { SeenRevision } from './seen-revision.ts';
import { waitForOperation } from './wait-for-operation.ts';
import { type RolloutWaitRequest, waitForRollout } from './wait-for-rollout.ts';
import type { WaitRequest } from './wait-until.ts';
import { watchEvents, type WatchRequest } from './watch-events.ts';

/** Routes with one answer; the event stream goes on. */
type AnswerRouteName = Exclude<RouteName, 'events'>;

type Method<Name extends AnswerRouteName> =
  {} extends RequestOf<Name>
    ? (request?: RequestOf<Name>) => Promise<Answer<ResponseOf<Name>>>
    : (request: RequestOf<Name>) => Promise<Answer<ResponseOf<Name>>>;

/** One method for each route, by the route's name. Methods never reject: whatever goes wrong is a problem in the answer. */
export type Client = { readonly [Name in AnswerRouteName]: Method<Name> } & {
  /**
   * Every event, once, until its signal or the client's ends it. A stream that breaks is resumed by itself. Begins when it
   * is iterated. Throws a `ProblemError` when the server refuses it, and when some of what happened is not kept any more.
   */
  readonly watch: (request?: WatchRequest) => AsyncGenerator<ClientEvent, void, undefined>;
  /** The same with what becomes of the stream itself, for those who keep lists up to date. Never throws: its last item says why it ends. */
  readonly events: (request?: EventsRequest) => AsyncGenerator<EventsItem, void, undefined>;
  /** Waits until an operation has ended; `value.status` tells what came of it. Ending the waiting does not end the operation. */
  readonly waitForOperation: (request: WaitRequest) => Promise<Answer<ResponseOf<'getOperation'>>>;
  /** Resolves when the rollout has ended, or, with `orPaused`, when it waits for a person. */
  readonly waitForRollout: (request: RolloutWaitRequest) => Promise<Answer<ResponseOf<'getRollout'>>>;
};

/**
 * A client of the server at `options.url`. GETs are tried again when no connection could be made, and so are POSTs, by their
 * idempotency keys; nothing else is ever repeated by itself, since a lost answer does not mean that nothing was done. What an
 * answer or an event has shown, every later answer shows too, whichever server gives it. Throws when the url is not one.
 */
export function createClient(options: ClientOptions): Client {
  const { protocol } = new URL(options.url);
  if (protocol !== 'http:' && protocol !== 'https:') throw new Error(`creating a client for a ${protocol} address`);
  const parts: ClientParts = { ...options, seen: new SeenRevision(options.minRevision) };

  async function call<Name extends AnswerRouteName>(
    name: Name,
    request: RequestOf<Name> & { readonly previous?: Answered<ResponseOf<Name>> },
  ): Promise<Answer<ResponseOf<Name>>> {
    const route: Route = routes[name];
    const address = addressOf(options.url, route.path, parametersOf(request), queryOf(request));
    if (address === null) {
      return connectionProblem(
        'unaddressable-id',
        'An empty id, `.`, `..` and broken Unicode cannot be written into an address.',
        'Give the id as `GET /api/v1/nodes` lists it.',
      );
    }
    const { previous } = request;
    const outcome = await exchange(parts, route, address, request, previous?.etag ?? null);
    if (!outcome.ok) return outcome;
    const { response, text } = outcome;
    if (response.status === 304 && previous !== undefined) return { ...previous, isUnchanged: true };
    const isText = route.responseMediaType === 'text/plain';
    const body: unknown = isText && isPlainText(response) ? text : parseJson(text);
    if (response.ok && isAnswerOf<Name>(body, isText)) {
      return { ok: true, value: body, text, etag: response.headers.get('etag'), isUnchanged: false };
    }
    const problem = response.ok ? null : readProblem(body, response.status);
    return problem === null ? foreignAnswer(options.url, response) : { ok: false, problem };
  }

  return {
    listNodes: (request = {}) => call('listNodes', request),
    getNode: (request) => call('getNode', request),
    forgetNode: (request) => call('forgetNode', request),
    whyNode: (request) => call('whyNode', request),
    drainNode: (request) => call('drainNode', request),
    undrainNode: (request) => call('undrainNode', request),
    restartNode: (request) => call('restartNode', request),
    getMetadata: (request) => call('getMetadata', request),
    replaceMetadata: (request) => call('replaceMetadata', request),
    mergeMetadata: (request) => call('mergeMetadata', request),
    listCommands: (request = {}) => call('listCommands', request),
    runCommand: (request) => call('runCommand', request),
    runOnNodes: (request) => call('runOnNodes', request),
    listOperations: (request = {}) => call('listOperations', request),
    getOperation: (request) => call('getOperation', request),
    operationOutput: (request) => call('operationOutput', request),
    cancelOperation: (request) => call('cancelOperation', request),
    confirmOperation: (request) => call('confirmOperation', request),
    events: (request = {}) => followEvents(parts, request),
    listHistory: (request = {}) => call('listHistory', request),
    loadHistory: (request) => call('loadHistory', request),
    watch: (request = {}) => watchEvents(parts, request),
    waitForOperation: (request) =>
      waitForOperation(
        { getOperation: (which) => call('getOperation', which), events: (which) => followEvents(parts, which) },
        request,
      ),
    waitForRollout: (request) =>
      waitForRollout(
        { getRollout: (which) => call('getRollout', which), events: (which) => followEvents(parts, which) },
        request,
      ),
    getCredentials: (request) => call('getCredentials', request),
    rotateCredentials: (request) => call('rotateCredentials', request),
    revokeCredentials: (request) => call('revokeCredentials', request),
    whoAmI: (request = {}) => call('whoAmI', request),
    createLoginLink: (request = {}) => call('createLoginLink', request),
    listTokens: (request = {}) => call('listTokens', request),
    createToken: (request) => call('createToken', request),
    revokeToken: (request) => call('revokeToken', request),
    listJoinTokens: (request = {}) => call('listJoinTokens', request),
    createJoinToken: (request = {}) => call('createJoinToken', request),
    revokeJoinToken: (request) => call('revokeJoinToken', request),
    listBudgets: (request = {}) => call('listBudgets', request),
    getBudget: (request) => call('getBudget', request),
    setBudget: (request) => call('setBudget', request),
    removeBudget: (request) => call('removeBudget', request),
    planRollout: (request) => call('planRollout', request),
    startRollout: (request) => call('startRollout', request),
    listRollouts: (request = {}) => call('listRollouts', request),
    getRollout: (request) => call('getRollout', request),
    listRolloutNodes: (request) => call('listRolloutNodes', request),
    pauseRollout: (request) => call('pauseRollout', request),
    resumeRollout: (request) => call('resumeRollout', request),
    approveRollout: (request) => call('approveRollout', request),
    cancelRollout: (request) => call('cancelRollout', request),
    retryRollout: (request) => call('retryRollout', request),
    listWebhooks: (request = {}) => call('listWebhooks', request),
    createWebhook: (request) => call('createWebhook', request),
    getWebhook: (request) => call('getWebhook', request),
    updateWebhook: (request) => call('updateWebhook', request),
    deleteWebhook: (request) => call('deleteWebhook', request),
    rotateWebhookSecret: (request) => call('rotateWebhookSecret', request),
    testWebhook: (request) => call('testWebhook', request),
    listDeadLetters: (request) => call('listDeadLetters', request),
    resendDeadLetter: (request) => call('resendDeadLetter', request),
    listSlots: (request = {}) => call('listSlots', request),
    releaseSlot: (request) => call('releaseSlot', request),
    fleetLockPreReboot: (request) => call('fleetLockPreReboot', request),
    fleetLockSteadyState: (request) => call('fleetLockSteadyState', request),
    listAudit: (request = {}) => call('listAudit', request),
    readChain: (request = {}) => call('readChain', request),
    serverStatus: (request = {}) => call('serverStatus', request),
    metrics: (request = {}) => call('metrics', request),
    prometheusTargets: (request = {}) => call('prometheusTargets', request),
    livenessCheck: (request = {}) => call('livenessCheck', request),
    readinessCheck: (request = {}) => call('readinessCheck', request),
  };
}

/**
 * Whether a parsed body is taken as the route's answer. Only its outermost shape is looked at: the contract is the
 * server's promise, and a newer server may add fields and values that an older client has no schema for.
 */
function isAnswerOf<Name extends AnswerRouteName>(body: unknown, isText: boolean): body is ResponseOf<Name> {
  return isText ? typeof body === 'string' : typeof body === 'object' && body !== null && !Array.isArray(body);
}

function isPlainText(response: Response): boolean {
  return response.headers.get('content-type')?.startsWith('text/plain') === true;
}

function parametersOf(request: object): Readonly<Record<string, string>> {
  const isText = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string';
  return Object.fromEntries(Object.entries(request).filter(isText));
}

function queryOf(request: AnyRequest): NonNullable<AnyRequest['query']> {
  return request.query ?? {};
}
