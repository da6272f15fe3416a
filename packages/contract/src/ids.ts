/** The ids that cross a wire: what a valid one is, and why another is refused. */
import Type from 'typebox';

/** Characters (UTF-16 code units) a node id may have; percent-encoded 中文 then still fits into a URL. */
export const NODE_ID_LENGTH_MAX = 255;

/** Ids that would hide a route of the contract (`GET /api/v1/nodes/commands`). */
export const RESERVED_NODE_IDS: readonly string[] = ['commands'];

/** 1 to 255 characters, no control characters, no lone surrogates; matched exactly, never normalised. */
export const NodeId = Type.String({ minLength: 1, description: 'Id of a node, matched exactly.' });

/** Ids of operations: `op_` and a time-ordered random part, so that they sort by creation. */
export const OperationId = Type.String({ minLength: 1, maxLength: 64, description: 'Id of an operation.' });

/**
 * Why a text cannot be a node id, in words for the person who chose it; `null` when it can.
 */
export function whyNotANodeId(id: string): string | null {
  if (id.length === 0) return 'A node id has at least one character.';
  if (id.length > NODE_ID_LENGTH_MAX)
    return `A node id has at most ${NODE_ID_LENGTH_MAX} characters; this one has ${id.length}.`;
  // eslint-disable-next-line no-control-regex -- control characters are exactly what is refused here
  if (/[\u0000-\u001f\u007f-\u009f]/u.test(id)) return 'A node id has no control characters.';
  if (/\p{Surrogate}/u.test(id)) return 'A node id is well-formed Unicode.';
  // URL parsers take these for steps in the path, even when they are percent-encoded.
  if (id === '.' || id === '..') return `'${id}' cannot be a node id: no URL could name it.`;
  if (RESERVED_NODE_IDS.includes(id))
    return `'${id}' is reserved: the API has a route of that name. Choose another node id.`;
  return null;
}
