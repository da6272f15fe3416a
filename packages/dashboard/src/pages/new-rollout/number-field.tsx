/** A field of the wizard for a short value: a number, a share, a time of day. */
import { Input } from 'antd';
import type { DraftField, RolloutDraft } from '../../fleet-view/rollout-draft.ts';
import { Field } from '../../ui/field.tsx';
import styles from './new-rollout.module.css';
import type { DraftFormProps } from './rollout-form.tsx';

type ShortField = { [Name in DraftField]: RolloutDraft[Name] extends string ? Name : never }[DraftField];

interface NumberFieldProps extends DraftFormProps {
  readonly field: ShortField;
  readonly label: string;
  readonly hint?: string;
  /** The unit. */
  readonly suffix?: string;
}

export function NumberField({ draft, set, faultOf, field, label, hint, suffix }: NumberFieldProps) {
  return (
    <Field label={label} hint={hint} fault={faultOf(field)}>
      {(props) => (
        <Input
          {...props}
          className={styles['number'] ?? ''}
          autoComplete="off"
          suffix={suffix}
          value={draft[field]}
          onChange={({ target }) => set({ [field]: target.value })}
        />
      )}
    </Field>
  );
}
