/** The plan as the server gave it, and the start of exactly this plan: one that has changed since is shown again, never started unseen. */
import { useMutation } from '@tanstack/react-query';
import { Button } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { ActButton } from '../../acting/act-button.tsx';
import { isTyped, TypedConfirmation } from '../../acting/typed-confirmation.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { problemOf, valueIn } from '../../api/problem-error.ts';
import { confirmationFor } from '../../fleet-view/confirmation.ts';
import { useWords } from '../../i18n/words.tsx';
import { useFleet } from '../../live/live-fleet.tsx';
import { paths } from '../../paths.ts';
import { useApi } from '../../shell/session-context.tsx';
import { Notice } from '../../ui/notice.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { When } from '../../ui/when.tsx';
import type { Planned } from './new-rollout-page.tsx';
import styles from './new-rollout.module.css';
import { PlanView } from './plan-view.tsx';

interface PlanStepProps {
  readonly planned: Planned;
  readonly planning: { readonly isPending: boolean; readonly error: Error | null };
  readonly planAnew: () => void;
  readonly back: () => void;
}

export function PlanStep({ planned, planning, planAnew, back }: PlanStepProps) {
  const words = useWords();
  const whyNotChange = useWhyNotChange();
  const [typed, setTyped] = useState('');
  const start = useStart(planned, () => {
    setTyped('');
    planAnew();
  });
  const confirmation = useConfirmation(planned);
  const whyNotTyped = isTyped(confirmation, typed) ? null : words.actions.typeFirst(confirmation?.phrase ?? '');
  const isChanged = start.error !== null && problemOf(start.error).code === 'rollout-plan-changed';
  const whyNot = whyNotChange ?? whyNotTyped;
  const isBusy = planning.isPending || start.isPending || start.isSuccess;
  return (
    <form
      className={styles['form']}
      onSubmit={(event) => {
        event.preventDefault();
        if (whyNot === null && !isBusy) start.mutate();
      }}
    >
      {isChanged && <ChangedNotice planHash={planned.plan.planHash} detail={problemOf(start.error).detail} />}
      <div className={styles['line']}>
        <span>
          {words.newRollout.plan.nothingYet}{' '}
          <span className={styles['soft']}>
            {words.newRollout.plan.asOf} <When at={new Date(planned.at).toISOString()} />
          </span>
        </span>
        <Button size="small" loading={planning.isPending} onClick={planAnew}>
          {words.newRollout.plan.anew}
        </Button>
      </div>
      {planning.error !== null && <ProblemNotice error={planning.error} retry={planAnew} />}
      <PlanView plan={planned.plan} />
      {start.error !== null && !isChanged && <ProblemNotice error={start.error} />}
      <div className={styles['foot']}>
        {confirmation !== null && (
          <div className={styles['confirmation']}>
            <TypedConfirmation confirmation={confirmation} typed={typed} change={setTyped} />
          </div>
        )}
        <ActButton
          type="primary"
          size="large"
          danger
          loading={isBusy}
          whyNot={whyNot}
          onClick={() => {
            if (!isBusy) start.mutate();
          }}
        >
          {words.newRollout.start}
        </ActButton>
        <Button size="large" onClick={back}>
          {words.newRollout.plan.back}
        </Button>
      </div>
      <button type="submit" hidden aria-label={words.newRollout.start} />
    </form>
  );
}

/** Who presses Start looks at the button: the notice comes to them, with the keyboard, each time that there is another plan. */
function ChangedNotice({ planHash, detail }: { readonly planHash: string; readonly detail: string }) {
  const words = useWords();
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => notice.current?.focus(), [planHash]);
  return (
    <div ref={notice} tabIndex={-1} className={styles['notice']}>
      <Notice
        type="warning"
        title={words.newRollout.changedTitle}
        description={`${detail} ${words.newRollout.changedText}`}
      />
    </div>
  );
}

/** @param changed Called when the plan is another one by now. */
function useStart({ plan: { planHash }, spec }: Planned, changed: () => void) {
  const api = useApi();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: async () => valueIn(await api.startRollout({ body: { ...spec, planHash } })),
    onSuccess: ({ id }) => void navigate(paths.rollout(id)),
    onError: (error) => {
      if (problemOf(error).code === 'rollout-plan-changed') changed();
    },
  });
}

/** As for the same thing done by hand to all of these nodes. */
function useConfirmation({ plan }: Planned) {
  const { newRollout } = useWords();
  const { nodes } = useFleet();
  const planned = new Set(plan.batches.flatMap((batch) => batch.nodes.map(({ id }) => id)));
  const { command } = plan.spec;
  const verb = command.kind === 'run' ? command.name : newRollout.verbs[command.kind];
  return confirmationFor(
    verb,
    nodes.filter(({ id }) => planned.has(id)),
    command.kind === 'reboot',
  );
}
