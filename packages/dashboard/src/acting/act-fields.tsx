/** What may be said with a drain, an undrain, a restart or a reboot. */
import { Checkbox, Input, InputNumber, Select } from 'antd';
import { REASON_LENGTH_MAX, TIMEOUT_SECONDS_MAX } from '@sluice/contract';
import { useId } from 'react';
import type { NodeAction } from '../fleet-view/may-act.ts';
import { useWords } from '../i18n/words.tsx';
import styles from './act-fields.module.css';
import type { ActOptions } from './act-options.ts';

const AT_DEADLINE = ['force', 'cancel', 'hold'] as const;

const DEADLINE_STYLE = { width: 150 };

interface ActFieldsProps {
  readonly action: NodeAction;
  readonly options: ActOptions;
  /** Whether it is asked for against a budget: then force is said already, and the reason is needed. */
  readonly isForced: boolean;
  readonly change: (options: ActOptions) => void;
}

export function ActFields({ action, options, isForced, change }: ActFieldsProps) {
  const words = useWords();
  const [deadlineId, hintId, atDeadlineId, reasonId] = [useId(), useId(), useId(), useId()];
  const isInterruption = action === 'restart' || action === 'reboot';
  const drains = action === 'drain' || (isInterruption && options.drainFirst);
  return (
    <div className={styles['fields']}>
      {isInterruption && (
        <Checkbox
          checked={options.drainFirst}
          onChange={({ target }) => change({ ...options, drainFirst: target.checked })}
        >
          {action === 'restart' ? words.actions.drainFirst : words.actions.drainBeforeReboot}
        </Checkbox>
      )}
      {action === 'reboot' && options.drainFirst && (
        <Checkbox
          checked={options.undrainAfter}
          onChange={({ target }) => change({ ...options, undrainAfter: target.checked })}
        >
          {words.actions.undrainAfter}
        </Checkbox>
      )}
      {action === 'restart' && options.force && !isForced && (
        <Checkbox checked onChange={() => change({ ...options, force: false })}>
          {words.actions.force}
        </Checkbox>
      )}
      {drains && (
        <>
          <label htmlFor={deadlineId}>{words.actions.deadline}</label>
          <div>
            <InputNumber
              id={deadlineId}
              aria-describedby={hintId}
              min={1}
              max={TIMEOUT_SECONDS_MAX / 60}
              value={options.deadlineMinutes}
              style={DEADLINE_STYLE}
              suffix={words.actions.minutes}
              onChange={(deadlineMinutes) => change({ ...options, deadlineMinutes })}
            />
            <p id={hintId} className={styles['hint']}>
              {words.actions.deadlineHint}
            </p>
          </div>
          {options.deadlineMinutes !== null && (
            <>
              <label htmlFor={atDeadlineId}>{words.actions.onDeadline}</label>
              <Select
                id={atDeadlineId}
                value={options.onDeadline}
                onChange={(onDeadline) => change({ ...options, onDeadline })}
                options={AT_DEADLINE.map((value) => ({ value, label: words.actions.onDeadlines[value] }))}
              />
            </>
          )}
        </>
      )}
      <label htmlFor={reasonId}>{words.actions.reason}</label>
      <Input
        id={reasonId}
        placeholder={words.actions.reasonHint}
        aria-required={isForced}
        maxLength={REASON_LENGTH_MAX}
        value={options.reason}
        onChange={({ target }) => change({ ...options, reason: target.value })}
      />
    </div>
  );
}
