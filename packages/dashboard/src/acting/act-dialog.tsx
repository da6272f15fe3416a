/** Asks before anything is done: what will be hit, how many sessions are on it, and, where it is many or production, for a typed word. */
import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { confirmationFor } from '../fleet-view/confirmation.ts';
import type { NodeAction } from '../fleet-view/may-act.ts';
import { useWords } from '../i18n/words.tsx';
import { useFleet } from '../live/live-fleet.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { ActButton } from './act-button.tsx';
import styles from './act-dialog.module.css';
import { ActFields } from './act-fields.tsx';
import { OPTIONS_AT_FIRST } from './act-options.ts';
import { HitList } from './hit-list.tsx';
import { OutcomeList } from './outcome-list.tsx';
import { useActOnNodes } from './use-act-on-nodes.ts';

interface ActDialogProps {
  readonly action: NodeAction;
  /** Exactly these, whatever is selected or comes later. */
  readonly nodeIds: readonly string[];
  readonly close: (isBegun: boolean) => void;
}

export function ActDialog({ action, nodeIds, close }: ActDialogProps) {
  const words = useWords();
  const [options, setOptions] = useState(OPTIONS_AT_FIRST);
  const [typed, setTyped] = useState('');
  const phraseId = useId();
  const act = useActOnNodes();
  const wanted = new Set(nodeIds);
  const nodes = useFleet().nodes.filter(({ id }) => wanted.has(id));
  const verb = words.actions[action];
  const confirmation = confirmationFor(verb, nodes);
  const isConfirmed = confirmation === null || typed.trim() === confirmation.phrase;
  const submit = () => {
    if (isConfirmed && !act.isPending && act.data === undefined) act.mutate({ action, nodeIds, options });
  };
  const leave = () => close(act.data?.some(({ operation }) => operation !== null) ?? false);
  return (
    <Dialog
      title={
        act.data === undefined
          ? words.actions.title[action](nodeIds.length)
          : `${verb}: ${words.actions.nodes(nodeIds.length)}`
      }
      width={620}
      close={leave}
      footer={
        act.data !== undefined ? (
          <Button type="primary" onClick={leave}>
            {words.actions.done}
          </Button>
        ) : (
          <>
            <Button onClick={leave}>{words.actions.cancel}</Button>
            <ActButton
              type="primary"
              danger={action !== 'undrain'}
              loading={act.isPending}
              whyNot={isConfirmed ? null : words.actions.typeFirst(confirmation.phrase)}
              onClick={submit}
            >
              {`${verb}: ${words.actions.nodes(nodeIds.length)}`}
            </ActButton>
          </>
        )
      }
    >
      {act.data !== undefined ? (
        <OutcomeList outcomes={act.data} />
      ) : (
        <form
          className={styles['form']}
          onSubmit={(event) => {
            event.preventDefault();
            submit();
          }}
        >
          <p>{words.actions.says[action]}</p>
          <HitList nodes={nodes} />
          <ActFields action={action} options={options} change={setOptions} />
          {confirmation !== null && (
            <div className={styles['typed']}>
              <label htmlFor={phraseId}>
                {confirmation.because === 'many' ? words.actions.typeBecauseMany : words.actions.typeBecauseProduction}{' '}
                {words.actions.typeTo} <code>{confirmation.phrase}</code>
              </label>
              <Input
                id={phraseId}
                value={typed}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setTyped(event.target.value)}
              />
            </div>
          )}
          {act.error !== null && <ProblemNotice error={act.error} />}
          <button type="submit" hidden aria-label={verb} />
        </form>
      )}
    </Dialog>
  );
}
