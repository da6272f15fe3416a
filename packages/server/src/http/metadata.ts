/** A node's metadata: JSON text end to end, so that it comes back as it was sent. */
import type { Json, Problem, Route, routes } from '@sluice/contract';
import { type Command, type NodeState, readJsonText, type Result, writeJsonText } from '@sluice/core';
import { actorOf } from '../authentication/principal.ts';
import { isConditional, isKnown, isMatched } from './etag.ts';
import { noSuchNode } from './nodes.ts';
import type { Handler, HttpParts, Reply, RouteRequest } from './route-context.ts';

type Meta = { meta: Json };

export const getMetadata: Handler<typeof routes.getMetadata> = ({ params, headers }, { fleet }) => {
  const node = fleet.node(params.id);
  if (node === undefined) return noSuchNode(params.id);
  const { json } = node.state.metadata;
  const etag = etagOf(node.state);
  if (isKnown(headers['if-none-match'], etag)) return { ok: true, value: { kind: 'not-modified', etag } };
  return { ok: true, value: { kind: 'json', json: `{"meta":${json}}`, etag } };
};

export const replaceMetadata: Handler<typeof routes.replaceMetadata> = (request, parts) =>
  change(request, parts, (json, ifRevision) => ({ kind: 'ReplaceMetadata', json, ifRevision }));

export const mergeMetadata: Handler<typeof routes.mergeMetadata> = (request, parts) =>
  change(request, parts, (patch, ifRevision) => ({ kind: 'MergeMetadata', patch, ifRevision }));

async function change<R extends Route>(
  {
    params,
    headers,
    bodyText,
    principal,
    remoteAddress,
  }: Omit<RouteRequest<R>, 'params'> & { readonly params: { readonly id: string } },
  { fleet }: HttpParts,
  command: (json: string, ifRevision: number | null) => Command,
): Promise<Result<Reply<Meta>>> {
  const { id } = params;
  const node = fleet.node(id);
  if (node === undefined) return noSuchNode(id);
  const { revision } = node.state.metadata;
  const ifMatch = headers['if-match'];
  if (!isMatched(ifMatch, etagOf(node.state))) {
    const detail = `The metadata of ${id} has the ETag ${etagOf(node.state)} now; the change was based on ${String(ifMatch).slice(0, 100)}.`;
    return { ok: false, problem: { code: 'precondition-failed', detail } };
  }
  const meta = metaOf(bodyText);
  if (typeof meta !== 'string') return { ok: false, problem: meta };
  // The revision that was matched is asked for once more where the change is decided: between the two, another may have written.
  const result = await fleet.execute(
    id,
    command(meta, isConditional(ifMatch) ? revision : null),
    actorOf(principal, remoteAddress),
  );
  if (!result.ok) return result;
  const { node: after } = result.value;
  if (after === null) return noSuchNode(id);
  return { ok: true, value: { kind: 'json', json: `{"meta":${after.metadata.json}}`, etag: etagOf(after) } };
}

/** The text of the body's `meta`; it has been checked to be there. */
function metaOf(bodyText: string): string | Problem {
  const body = readJsonText(bodyText);
  if (body === null) return { code: 'invalid-request', field: 'meta', detail: 'meta is nested too deep.' };
  const meta = body.kind === 'object' ? body.members.get('meta') : undefined;
  return meta === undefined
    ? { code: 'invalid-request', field: 'meta', detail: 'meta must be given.' }
    : writeJsonText(meta);
}

/** Strong: the same revision of the same registration is the same text. A node that was forgotten and came back counts from 0 again. */
function etagOf({ createdAt, metadata }: NodeState): string {
  return `"m${metadata.revision}-${createdAt.toString(36)}"`;
}
