/** The routes of a node's metadata. */
import Type from 'typebox';
import { Json } from '../json.ts';
import { NodeParams } from './nodes.ts';
import { defineRoute } from './route.ts';

/** Bytes of the metadata as JSON in UTF-8. */
export const METADATA_BYTES_MAX = 65_536;

const MetadataResponse = Type.Object({ meta: Json });
const IfMatch = Type.Object({
  'if-match': Type.Optional(Type.String({ description: 'The ETag that the change is based on; another is a 412.' })),
});

export const getMetadata = defineRoute({
  name: 'getMetadata',
  method: 'GET',
  path: '/api/v1/nodes/:id/meta',
  tag: 'metadata',
  summary: '获取节点元数据 Get node metadata',
  description:
    'Any JSON value that operators attached to the node; `null` when nobody has. The ETag is for `If-Match`.',
  access: 'viewer',
  scope: 'node',
  params: NodeParams,
  response: MetadataResponse,
  problems: ['node-not-found'],
});

export const replaceMetadata = defineRoute({
  name: 'replaceMetadata',
  method: 'PUT',
  path: '/api/v1/nodes/:id/meta',
  tag: 'metadata',
  summary: '更新节点元数据 Update node metadata',
  description: 'Replaces the metadata by any JSON value. With `If-Match` only if nobody changed it since.',
  access: 'operator',
  scope: 'node',
  params: NodeParams,
  headers: IfMatch,
  body: Type.Object({ meta: Json }),
  response: MetadataResponse,
  problems: ['invalid-request', 'node-not-found', 'precondition-failed', 'metadata-too-large'],
});

export const mergeMetadata = defineRoute({
  name: 'mergeMetadata',
  method: 'PATCH',
  path: '/api/v1/nodes/:id/meta',
  tag: 'metadata',
  summary: 'Change parts of node metadata',
  description:
    'The `meta` of the body is a JSON Merge Patch (RFC 7396): members are set, members with null are removed, anything but an object replaces the whole.',
  access: 'operator',
  scope: 'node',
  params: NodeParams,
  headers: IfMatch,
  body: Type.Object({ meta: Json }),
  bodyMediaTypes: ['application/json', 'application/merge-patch+json'],
  response: MetadataResponse,
  problems: ['invalid-request', 'node-not-found', 'precondition-failed', 'metadata-too-large'],
});
