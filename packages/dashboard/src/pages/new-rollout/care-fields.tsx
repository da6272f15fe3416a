/** How careful: how many at once, drained first or not, and when it stops. What else may be said is folded away. */
import { Checkbox, Input, Select } from 'antd';
import { placesOf } from '@sluice/core';
import { readCountOrPercent } from '../../fleet-view/count-or-percent.ts';
import { drains } from '../../fleet-view/rollout-draft.ts';
import { useWords } from '../../i18n/words.tsx';
import { Field } from '../../ui/field.tsx';
import styles from './new-rollout.module.css';
import type { DraftFormProps } from './rollout-form.tsx';
import { NumberField } from './number-field.tsx';

const AT_DEADLINE = ['force', 'cancel', 'hold'] as const;
const ON_FAILURES = ['pause', 'abort'] as const;

/** @param count Nodes that are meant now. */
export function CareFields(props: DraftFormProps & { readonly count: number }) {
  const { draft, set, count } = props;
  const words = useWords();
  const atOnce = readCountOrPercent(draft.maxUnavailable, 1);
  const mayDrainFirst = draft.command !== 'drain' && draft.command !== 'undrain';
  return (
    <>
      <NumberField
        {...props}
        field="maxUnavailable"
        label={words.newRollout.maxUnavailable}
        hint={
          atOnce === null || count === 0
            ? words.newRollout.maxUnavailableHintNone
            : words.newRollout.maxUnavailableHint(Math.min(count, placesOf(atOnce, count)))
        }
      />
      {mayDrainFirst && (
        <div className={styles['checks']}>
          <Checkbox checked={draft.drainFirst} onChange={({ target }) => set({ drainFirst: target.checked })}>
            {words.newRollout.drainFirst}
          </Checkbox>
          {draft.drainFirst && (
            <Checkbox checked={draft.undrainAfter} onChange={({ target }) => set({ undrainAfter: target.checked })}>
              {words.newRollout.undrainAfter}
            </Checkbox>
          )}
        </div>
      )}
      {drains(draft) && (
        <>
          <NumberField
            {...props}
            field="drainTimeoutMinutes"
            label={words.newRollout.drainTimeout}
            hint={words.newRollout.drainTimeoutHint}
            suffix={words.newRollout.minutes}
          />
          <Field label={words.actions.onDeadline}>
            {({ id }) => (
              <Select
                id={id}
                className={styles['wide'] ?? ''}
                value={draft.onDeadline}
                onChange={(onDeadline) => set({ onDeadline })}
                options={AT_DEADLINE.map((value) => ({ value, label: words.actions.onDeadlines[value] }))}
              />
            )}
          </Field>
        </>
      )}
      <NumberField
        {...props}
        field="maxFailures"
        label={words.newRollout.maxFailures}
        hint={words.newRollout.maxFailuresHint}
      />
      <Field label={words.newRollout.onFailures}>
        {({ id }) => (
          <Select
            id={id}
            className={styles['wide'] ?? ''}
            value={draft.onFailures}
            onChange={(onFailures) => set({ onFailures })}
            options={ON_FAILURES.map((value) => ({ value, label: words.newRollout.onFailuresOf[value] }))}
          />
        )}
      </Field>
      <NumberField {...props} field="canary" label={words.newRollout.canary} hint={words.newRollout.canaryHint} />
      <Field label={words.newRollout.name} hint={words.newRollout.nameHint}>
        {(field) => (
          <Input
            {...field}
            className={styles['wide'] ?? ''}
            maxLength={100}
            value={draft.name}
            onChange={({ target }) => set({ name: target.value })}
          />
        )}
      </Field>
      <Field label={words.actions.reason} hint={words.actions.reasonHint}>
        {(field) => (
          <Input
            {...field}
            className={styles['wide'] ?? ''}
            maxLength={1024}
            value={draft.reason}
            onChange={({ target }) => set({ reason: target.value })}
          />
        )}
      </Field>
    </>
  );
}
