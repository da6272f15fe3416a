/** Asks before anything is done: what will be hit, how many sessions are on it, and, where it is many or production, for a typed word. */
import { Button } from 'antd';
import { useState } from 'react';
import { confirmationFor } from '../fleet-view/confirmation.ts';
import type { NodeAction } from '../fleet-view/may-act.ts';
import { useWords } from '../i18n/words.tsx';
import { useFleet } from '../live/live-fleet.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { ActButton } from './act-button.tsx';
import styles from './act-dialog.module.css';
import { ActFields } from './act-fields.tsx';
import { type ActOptions, OPTIONS_AT_FIRST } from './act-options.ts';
import { BudgetNotice } from './budget-notice.tsx';
import { HeldBy } from './held-by.tsx';
import { HitList } from './hit-list.tsx';
import { OutcomeList } from './outcome-list.tsx';
import { isTyped, TypedConfirmation } from './typed-confirmation.tsx';
import { type Outcome, refusedByBudget, useActOnNodes } from './use-act-on-nodes.ts';

interface ActDialogProps {
  readonly action: NodeAction;
  /** Exactly these, whatever is selected or comes later. */
  readonly nodeIds: readonly string[];
  /** What is said with it at first, where it is other than usual. */
  readonly given?: Partial<ActOptions>;
  readonly close: (isBegun: boolean) => void;
}

export function ActDialog({ action, nodeIds: nodeIdsAtFirst, given, close }: ActDialogProps) {
  const words = useWords();
  const [options, setOptions] = useState<ActOptions>({ ...OPTIONS_AT_FIRST, ...given });
  const [typed, setTyped] = useState('');
  /** What budgets refused, once somebody wants it all the same: only these nodes are asked for again. */
  const [overridden, setOverridden] = useState<readonly Outcome[]>([]);
  const [hasBegun, setBegun] = useState(false);
  const act = useActOnNodes();
  const isForced = overridden.length > 0;
  const nodeIds = isForced ? overridden.map(({ nodeId }) => nodeId) : nodeIdsAtFirst;
  const wanted = new Set(nodeIds);
  const nodes = useFleet().nodes.filter(({ id }) => wanted.has(id));
  const verb = words.actions[action];
  const confirmation = confirmationFor(verb, nodes, action === 'reboot');
  const whyNotTyped =
    confirmation === null || isTyped(confirmation, typed) ? null : words.actions.typeFirst(confirmation.phrase);
  const whyNot = isForced && options.reason.trim() === '' ? words.actions.reasonFirst : whyNotTyped;
  const submit = () => {
    if (whyNot === null && !act.isPending && act.data === undefined) act.mutate({ action, nodeIds, options });
  };
  const isBegun = hasBegun || (act.data?.some(({ operation }) => operation !== null) ?? false);
  const refused = refusedByBudget(act.data ?? []);
  const insist = () => {
    setBegun(isBegun);
    setOverridden(refused);
    setOptions({ ...options, force: true });
    setTyped('');
    act.reset();
  };
  const leave = () => close(isBegun);
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
          <>
            {refused.length > 0 && (
              <Button danger onClick={insist}>
                {words.actions.insist(refused.length)}
              </Button>
            )}
            <Button type="primary" onClick={leave}>
              {words.actions.done}
            </Button>
          </>
        ) : (
          <>
            <Button onClick={leave}>{words.actions.cancel}</Button>
            <ActButton
              type="primary"
              danger={action !== 'undrain'}
              loading={act.isPending}
              whyNot={whyNot}
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
          {isForced ? <BudgetNotice action={action} refused={overridden} /> : <p>{words.actions.says[action]}</p>}
          <HitList nodes={nodes} />
          <HeldBy action={action} nodes={nodes} released={options.hold} />
          <ActFields action={action} options={options} isForced={isForced} change={setOptions} />
          {confirmation !== null && <TypedConfirmation confirmation={confirmation} typed={typed} change={setTyped} />}
          {act.error !== null && <ProblemNotice error={act.error} />}
          <button type="submit" hidden aria-label={verb} />
        </form>
      )}
    </Dialog>
  );
}
