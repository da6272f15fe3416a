/** What seldom needs to be said of a rollout: order, health, offline nodes, the window, the metric gate. Folded away at first. */
import { Checkbox, Input, Select } from 'antd';
import type { RolloutOrder, Weekday } from '@sluice/contract';
import { useWords } from '../../i18n/words.tsx';
import { Field } from '../../ui/field.tsx';
import styles from './new-rollout.module.css';
import { NumberField } from './number-field.tsx';
import type { DraftFormProps } from './rollout-form.tsx';

const ORDERS: readonly RolloutOrder['by'][] = ['zone', 'id', 'label', 'least-loaded', 'random'];
const DAYS: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];
const OFFLINE = ['skip', 'wait'] as const;

export function MoreFields(props: DraftFormProps) {
  const { draft, set, faultOf } = props;
  const words = useWords();
  return (
    <details className={styles['more']}>
      <summary>{words.newRollout.more}</summary>
      <Field label={words.newRollout.order}>
        {({ id }) => (
          <Select
            id={id}
            className={styles['wide'] ?? ''}
            value={draft.orderBy}
            onChange={(orderBy) => set({ orderBy })}
            options={ORDERS.map((value) => ({ value, label: words.newRollout.orders[value] }))}
          />
        )}
      </Field>
      {draft.orderBy === 'label' && <NumberField {...props} field="orderLabel" label={words.newRollout.orderLabel} />}
      <NumberField
        {...props}
        field="healthySeconds"
        label={words.newRollout.health}
        hint={words.newRollout.healthHint}
        suffix={words.newRollout.seconds}
      />
      <NumberField
        {...props}
        field="healthyWithinMinutes"
        label={words.newRollout.healthWithin}
        hint={words.newRollout.healthWithinHint}
        suffix={words.newRollout.minutes}
      />
      <Field label={words.newRollout.offline}>
        {({ id }) => (
          <Select
            id={id}
            className={styles['wide'] ?? ''}
            value={draft.offline}
            onChange={(offline) => set({ offline })}
            options={OFFLINE.map((value) => ({ value, label: words.newRollout.offlines[value] }))}
          />
        )}
      </Field>
      <div className={styles['checks']}>
        <Checkbox checked={draft.includeNew} onChange={({ target }) => set({ includeNew: target.checked })}>
          {words.newRollout.includeNew}
        </Checkbox>
        <Checkbox checked={draft.hasWindow} onChange={({ target }) => set({ hasWindow: target.checked })}>
          {words.newRollout.hasWindow}
        </Checkbox>
      </div>
      {draft.hasWindow && <WindowFields {...props} />}
      <NumberField
        {...props}
        field="stallMinutes"
        label={words.newRollout.stall}
        hint={words.newRollout.stallHint}
        suffix={words.newRollout.minutes}
      />
      <Field label={words.newRollout.gate} hint={words.newRollout.gateHint} fault={faultOf('gateUrl')}>
        {(field) => (
          <Input
            {...field}
            className={styles['wide'] ?? ''}
            inputMode="url"
            placeholder="https://metrics.example/error-rate-is-low"
            value={draft.gateUrl}
            onChange={({ target }) => set({ gateUrl: target.value })}
          />
        )}
      </Field>
      {draft.gateUrl.trim() !== '' && (
        <>
          <NumberField
            {...props}
            field="gateIntervalSeconds"
            label={words.newRollout.gateInterval}
            suffix={words.newRollout.seconds}
          />
          <NumberField {...props} field="gateFailuresMax" label={words.newRollout.gateFailures} />
        </>
      )}
    </details>
  );
}

function WindowFields(props: DraftFormProps) {
  const { draft, set, faultOf } = props;
  const words = useWords();
  return (
    <>
      <Field label={words.newRollout.windowDays}>
        {({ id }) => (
          <Select<Weekday[]>
            id={id}
            className={styles['wide'] ?? ''}
            mode="multiple"
            placeholder={words.newRollout.everyDay}
            value={[...draft.windowDays]}
            onChange={(chosen) => set({ windowDays: DAYS.filter((day) => chosen.includes(day)) })}
            options={DAYS.map((value) => ({ value, label: words.newRollout.days[value] }))}
          />
        )}
      </Field>
      <NumberField {...props} field="windowStart" label={words.newRollout.windowStart} />
      <NumberField
        {...props}
        field="windowEnd"
        label={words.newRollout.windowEnd}
        hint={words.newRollout.windowEndHint}
      />
      <Field label={words.newRollout.windowTimeZone} fault={faultOf('windowTimeZone')}>
        {(field) => (
          <Input
            {...field}
            className={styles['wide'] ?? ''}
            value={draft.windowTimeZone}
            onChange={({ target }) => set({ windowTimeZone: target.value })}
          />
        )}
      </Field>
    </>
  );
}
