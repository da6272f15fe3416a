/** Metadata: any JSON that operators attach to a node, changed only by who has seen what is there. */
import type { Command } from '../command.ts';
import { decided, type Decision } from '../decision.ts';
import type { NodeState } from '../node/node.ts';
import { refuse, type Result } from '../result.ts';
import { JSON_DEPTH_MAX, mergeJsonText, readJsonText, writeJsonText } from './json-text.ts';
import { utf8Bytes } from './utf8-bytes.ts';

type ChangeMetadata = Extract<Command, { kind: 'ReplaceMetadata' | 'MergeMetadata' }>;

/** @param bytesMax How many bytes the metadata may have as JSON in UTF-8. */
export function decideMetadata(node: NodeState, command: ChangeMetadata, bytesMax: number): Result<Decision> {
  const { json: before, revision } = node.metadata;
  if (command.ifRevision !== null && command.ifRevision !== revision) {
    return refuse({
      code: 'precondition-failed',
      detail: `The metadata of ${node.id} is at revision ${revision} now; the change was based on another.`,
    });
  }
  const given = readJsonText(command.kind === 'ReplaceMetadata' ? command.json : command.patch);
  if (given === null) {
    return refuse({
      code: 'invalid-request',
      field: 'meta',
      detail: `meta is nested deeper than ${JSON_DEPTH_MAX} levels.`,
    });
  }
  const current = command.kind === 'MergeMetadata' ? readJsonText(before) : null;
  const after = writeJsonText(current === null ? given : mergeJsonText(current, given));
  const bytes = utf8Bytes(after);
  if (bytes > bytesMax) {
    return refuse({
      code: 'metadata-too-large',
      field: 'meta',
      detail: `The metadata would have ${bytes} bytes as JSON; ${bytesMax} are allowed.`,
    });
  }
  if (after === before && revision > 0) return decided([]);
  return decided([{ kind: 'MetadataReplaced', before, after, revision: revision + 1 }]);
}
