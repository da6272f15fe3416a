/** Rollouts: planning and starting them, reading them, and saying what is to become of them. */
import { type Problem, type Rollout, ROLLOUT_NODES_LIMIT_MAX, ROLLOUTS_LIMIT_MAX, type routes } from '@sluice/contract';
import type { Result, RolloutState } from '@sluice/core';
import { actorOf, type Principal, sees, seesRecord } from '../authentication/principal.ts';
import type { RolloutSummary } from '../fleet/stored-rollouts.ts';
import { newRolloutId } from '../rollouts/rollout-id.ts';
import type { Looked } from '../rollouts/rollout-node-ids.ts';
import type { SteerKind } from '../rollouts/rollouts.ts';
import { whyNotRelease } from './act.ts';
import { given, invalid, limitOf, listIn, sequenceOf, wholeNumberTo } from './query-values.ts';
import { rolloutNodeView, rolloutView, summaryView } from './rollout-view.ts';
import { inPart, type RolloutSight, sightOf, withinScope } from './rollout-scope.ts';
import { type Handler, type HttpParts, type RawRequest, type Reply, value } from './route-context.ts';

/** What one request looks through for a token with a selector, of which few or large ones may exist for it: rollouts, their nodes, and rows of the store. */
const LOOKED_AT_MAX = 1000;
const NODES_LOOKED_AT_MAX = 200_000;
const ROWS_READ_MAX = 20_000;

export const planRollout: Handler<typeof routes.planRollout> = async ({ body, principal }, parts) => {
  const spec = withinScope(principal, body, parts);
  if (!spec.ok) return spec;
  const made = await parts.rollouts.plan(spec.value, (nodeId) => sees(principal, parts.fleet.node(nodeId)));
  return made.ok ? value(made.value.plan) : made;
};

export const startRollout: Handler<typeof routes.startRollout> = async (request, parts) => {
  const { body, principal, remoteAddress, once } = request;
  const { planHash, ...asked } = body;
  const forbidden = asked.command.kind === 'undrain' ? whyNotRelease(asked.command, principal) : null;
  if (forbidden !== null) return { ok: false, problem: forbidden };
  const spec = withinScope(principal, asked, parts);
  if (!spec.ok) return spec;
  const id = newRolloutId(once);
  const started = await parts.rollouts.start(
    id,
    { spec: spec.value, planHash, scope: principal.selector },
    actorOf(principal, remoteAddress),
  );
  if (!started.ok) return started;
  const { value: state } = started;
  return value(shown(viewOf(state, parts), await sightOf(principal, parts, state.header), principal, parts));
};

export const listRollouts: Handler<typeof routes.listRollouts> = async ({ query, principal }, parts) => {
  const { rollouts } = parts;
  const limit = limitOf(query.limit, ROLLOUTS_LIMIT_MAX, ROLLOUTS_LIMIT_MAX);
  if (limit === null) return invalid('limit', wholeNumberTo(ROLLOUTS_LIMIT_MAX));
  let cursor = readCursor(given(query.cursor));
  if (cursor === null) return invalid('cursor', 'the nextCursor of the page before');
  const statuses = listIn(query.status);
  const items: Rollout[] = [];
  const nodes: Looked = { ids: 0, rows: 0 };
  for (let looked = 0; looked < LOOKED_AT_MAX; looked += limit) {
    const page = await rollouts.list({ statuses, cursor, limit });
    for (const summary of page) {
      const { header } = summary;
      cursor = header;
      const sight = await sightOf(principal, parts, header, nodes);
      if (sight !== 'none') items.push(shown(listed(summary, parts), sight, principal, parts));
      // What has been read is kept, so that the next page does not begin anew where this one ends early.
      const isEnough = nodes.ids >= NODES_LOOKED_AT_MAX || nodes.rows >= ROWS_READ_MAX;
      if (items.length === limit || isEnough) return value({ items, nextCursor: cursorOf(header) });
    }
    if (page.length < limit) return value({ items, nextCursor: null });
  }
  return value({ items, nextCursor: cursor === undefined ? null : cursorOf(cursor) });
};

export const getRollout: Handler<typeof routes.getRollout> = async ({ params, principal }, parts) => {
  const live = parts.fleet.rollouts.get(params.id);
  const summary = live === undefined ? await parts.rollouts.summary(params.id) : null;
  const header = live?.header ?? summary?.header;
  const sight = header === undefined ? 'none' : await sightOf(principal, parts, header);
  if (sight === 'none') return noSuchRollout(params.id);
  if (live !== undefined) return value(shown(viewOf(live, parts), sight, principal, parts));
  return summary === null ? noSuchRollout(params.id) : value(shown(summaryView(summary), sight, principal, parts));
};

export const listRolloutNodes: Handler<typeof routes.listRolloutNodes> = async (request, parts) => {
  const { params, query, principal } = request;
  const limit = limitOf(query.limit, ROLLOUT_NODES_LIMIT_MAX, ROLLOUT_NODES_LIMIT_MAX);
  if (limit === null) return invalid('limit', wholeNumberTo(ROLLOUT_NODES_LIMIT_MAX));
  const after = sequenceOf(query.after);
  if (after === null) return invalid('after', 'the nextAfter of the page before');
  const summary = await parts.rollouts.summary(params.id);
  const sight = summary === null ? 'none' : await sightOf(principal, parts, summary.header);
  if (summary === null || sight === 'none') return noSuchRollout(params.id);
  const nodes = await parts.rollouts.nodes(params.id, { statuses: listIn(query.status), after, limit });
  const last = nodes.length < limit ? undefined : nodes.at(-1);
  const isSeen = isSeenBy(principal, parts, summary.header.createdAt);
  const seen = sight === 'all' ? nodes : nodes.filter(({ nodeId }) => isSeen(nodeId));
  return value({ items: seen.map(rolloutNodeView), nextAfter: last?.position ?? null });
};

export const pauseRollout: Handler<typeof routes.pauseRollout> = (request, parts) =>
  steer('PauseRollout', request, parts);
export const resumeRollout: Handler<typeof routes.resumeRollout> = (request, parts) =>
  steer('ResumeRollout', request, parts);
export const approveRollout: Handler<typeof routes.approveRollout> = (request, parts) =>
  steer('ApproveRollout', request, parts);
export const cancelRollout: Handler<typeof routes.cancelRollout> = (request, parts) =>
  steer('CancelRollout', request, parts);
export const retryRollout: Handler<typeof routes.retryRollout> = (request, parts) =>
  steer('RetryRollout', request, parts);

type SteerRequest = Pick<RawRequest, 'principal' | 'remoteAddress'> & {
  readonly params: { readonly id: string };
  readonly body: { readonly reason?: string | undefined };
};

async function steer(
  kind: SteerKind,
  { params, body, principal, remoteAddress }: SteerRequest,
  parts: HttpParts,
): Promise<Result<Reply<Rollout>>> {
  const { id } = params;
  const summary = await parts.rollouts.summary(id);
  const sight = summary === null ? 'none' : await sightOf(principal, parts, summary.header);
  if (sight === 'none') return noSuchRollout(id);
  const steered = await parts.rollouts.steer(id, kind, body.reason ?? null, actorOf(principal, remoteAddress));
  return steered.ok ? value(shown(viewOf(steered.value, parts), sight, principal, parts)) : steered;
}

function viewOf(state: RolloutState, { rollouts, fleet }: HttpParts): Rollout {
  return rolloutView(state, { outlook: rollouts.outlook(state.header.id), fleet });
}

function shown(rollout: Rollout, sight: RolloutSight, principal: Principal, parts: HttpParts): Rollout {
  return sight === 'part' ? inPart(rollout, isSeenBy(principal, parts, Date.parse(rollout.createdAt))) : rollout;
}

/** Which nodes, as they were from this instant on (epoch milliseconds), exist for them. */
function isSeenBy(principal: Principal, { fleet }: HttpParts, at: number): (nodeId: string) => boolean {
  return (nodeId) => seesRecord(principal, fleet.node(nodeId), at);
}

/** Without its batches, which may be thousands. */
function listed(summary: RolloutSummary, parts: HttpParts): Rollout {
  const live = parts.fleet.rollouts.get(summary.header.id);
  return { ...(live === undefined ? summaryView(summary) : viewOf(live, parts)), batches: [] };
}

function noSuchRollout(id: string): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: { code: 'rollout-not-found', detail: `There is no rollout '${id.slice(0, 100)}'.` } };
}

interface Cursor {
  readonly createdAt: number;
  readonly id: string;
}

function cursorOf({ createdAt, id }: Cursor): string {
  return `${createdAt}.${id}`;
}

function readCursor(text: string | undefined): Cursor | undefined | null {
  if (text === undefined) return undefined;
  const [, createdAt, id] = /^(\d{1,16})\.(ro_[0-9a-z]+)$/u.exec(text) ?? [];
  return createdAt === undefined || id === undefined ? null : { createdAt: Number(createdAt), id };
}
