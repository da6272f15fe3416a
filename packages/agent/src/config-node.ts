/** The part of agent.yaml that says what the node is. */
import { LABEL_VALUE_LENGTH_MAX, LABELS_MAX, type NodeIdentity, whyNotANodeId } from '@sluice/contract';
import type { ConfigFaults } from './config-faults.ts';
import type { NodeSetting } from './config-file.ts';

/** Characters of a label's key. */
const LABEL_KEY_LENGTH_MAX = 128;
/** What selectors mean by these is the node's own field, so a label of that name could not be selected by. */
const FIELDS_OF_SELECTORS: readonly string[] = ['type', 'status', 'region', 'zone'];

export function nodeIdentityOf(setting: NodeSetting, faults: ConfigFaults): NodeIdentity {
  const { id = '', ip, labels = {} } = setting;
  const whyNot = setting.id === undefined ? 'missing; every node needs an id of its own' : whyNotANodeId(id);
  if (whyNot !== null) faults.add(['node', 'id'], whyNot.replace(/\.$/u, ''));
  checkLabels(labels, faults);
  return {
    id,
    name: setting.name ?? id,
    type: setting.type ?? 'default',
    ...(ip === undefined ? {} : { ip }),
    port: setting.port ?? null,
    version: setting.version ?? null,
    region: setting.region ?? null,
    zone: setting.zone ?? null,
    labels,
  };
}

function checkLabels(labels: Readonly<Record<string, string>>, faults: ConfigFaults): void {
  const count = Object.keys(labels).length;
  if (count > LABELS_MAX)
    faults.add(
      ['node', 'labels'],
      `there are ${count}; a node has at most ${LABELS_MAX} labels (documents belong into metadata)`,
    );
  for (const [key, value] of Object.entries(labels)) {
    const path = ['node', 'labels', key];
    if (!/^[^\s=!,()]+$/u.test(key) || key.length > LABEL_KEY_LENGTH_MAX) {
      faults.add(
        path,
        `a label's key has 1 to ${LABEL_KEY_LENGTH_MAX} characters, none of them a space or one of = ! , ( )`,
      );
    }
    if (FIELDS_OF_SELECTORS.includes(key))
      faults.add(path, `is a field of the node itself, so selectors could not find the label; choose another key`);
    if (value.length > LABEL_VALUE_LENGTH_MAX) {
      faults.add(
        path,
        `has ${value.length} characters; a label's value has at most ${LABEL_VALUE_LENGTH_MAX} (documents belong into metadata)`,
      );
    }
  }
}
