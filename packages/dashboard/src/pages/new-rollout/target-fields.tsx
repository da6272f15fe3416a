/** Which nodes: those that match a selector, those that were chosen, or all; with how many these are now. */
import type { Node } from '@sluice/contract';
import { Input, Radio } from 'antd';
import { useState } from 'react';
import type { RolloutTarget } from '../../fleet-view/rollout-target.ts';
import { useWords } from '../../i18n/words.tsx';
import { Field } from '../../ui/field.tsx';
import styles from './new-rollout.module.css';
import type { DraftFormProps } from './rollout-form.tsx';

const KINDS: readonly RolloutTarget['kind'][] = ['selector', 'nodes', 'all'];

/** Ids that are named; how many more there are is said. */
const NAMED_MAX = 12;

interface TargetFieldsProps extends DraftFormProps {
  /** The whole fleet. */
  readonly nodes: readonly Node[];
  /** Those that are meant. */
  readonly hit: readonly Node[];
}

export function TargetFields({ draft: { target }, set, faultOf, nodes, hit }: TargetFieldsProps) {
  const words = useWords();
  // What was chosen before is there again when somebody thinks better of it.
  const [kept, setKept] = useState({
    selector: target.kind === 'selector' ? target.selector : '',
    nodeIds: target.kind === 'nodes' ? target.nodeIds : [],
  });
  const sessions = hit.reduce((sum, { load }) => sum + (load.sessions ?? 0), 0);
  const choose = (kind: RolloutTarget['kind']) => set({ target: targetOf(kind, kept) });
  return (
    <>
      <Radio.Group
        aria-label={words.newRollout.which}
        className={styles['choices'] ?? ''}
        value={target.kind}
        onChange={({ target: { value } }) => choose(KINDS.find((kind) => kind === value) ?? 'selector')}
        options={KINDS.filter((kind) => kind !== 'nodes' || kept.nodeIds.length > 0).map((kind) => ({
          value: kind,
          label: words.newRollout.targets[kind],
        }))}
      />
      {target.kind === 'selector' && (
        <Field label={words.newRollout.selector} hint={words.newRollout.selectorHint} fault={faultOf('target')}>
          {(props) => (
            <Input
              {...props}
              data-first-focus
              autoComplete="off"
              spellCheck={false}
              value={target.selector}
              onChange={({ target: { value } }) => {
                setKept({ ...kept, selector: value });
                set({ target: { kind: 'selector', selector: value } });
              }}
            />
          )}
        </Field>
      )}
      {target.kind === 'nodes' && (
        <p className={styles['ids']}>
          {words.newRollout.chosen(
            target.nodeIds.slice(0, NAMED_MAX).join(', '),
            Math.max(0, target.nodeIds.length - NAMED_MAX),
          )}
        </p>
      )}
      <p role="status">
        <strong>{words.newRollout.hits(hit.length, nodes.length, sessions)}</strong>{' '}
        {target.kind !== 'nodes' && <span className={styles['soft']}>{words.newRollout.hitsWhen}</span>}
      </p>
    </>
  );
}

function targetOf(
  kind: RolloutTarget['kind'],
  kept: { readonly selector: string; readonly nodeIds: readonly string[] },
): RolloutTarget {
  switch (kind) {
    case 'all':
      return { kind };
    case 'selector':
      return { kind, selector: kept.selector };
    case 'nodes':
      return { kind, nodeIds: kept.nodeIds };
  }
}
