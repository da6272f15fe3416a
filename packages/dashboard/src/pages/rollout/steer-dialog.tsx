/** Asks before a rollout is resumed, approved, cancelled or retried: what that does, to which nodes, and why it is done. */
import { REASON_LENGTH_MAX, type Rollout, type RolloutNode } from '@sluice/contract';
import type { Client } from '@sluice/client';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import styles from '../../acting/act-dialog.module.css';
import { HitList } from '../../acting/hit-list.tsx';
import { isTyped, TypedConfirmation } from '../../acting/typed-confirmation.tsx';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { confirmationFor } from '../../fleet-view/confirmation.ts';
import { type Steering, steeringsOf } from '../../fleet-view/rollout-steering.ts';
import { useWords } from '../../i18n/words.tsx';
import { useFleet } from '../../live/live-fleet.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';

type Asked = Exclude<Steering, 'pause'>;

interface SteerDialogProps {
  readonly steering: Asked;
  /** As it is now. */
  readonly rollout: Rollout;
  readonly nodes: readonly RolloutNode[];
  readonly close: () => void;
}

export function SteerDialog({ steering, rollout, nodes, close }: SteerDialogProps) {
  const words = useWords();
  const reasonId = useId();
  const [reason, setReason] = useState('');
  const [typed, setTyped] = useState('');
  const { mutate, isPending, error } = useSteer(steering, rollout.id, close);
  const { title, says, button } = words.rollouts.steering[steering];
  const isStillPossible = steeringsOf(rollout).includes(steering);
  const hit = useNodesHit(steering, nodes);
  const confirmation =
    steering === 'retry' ? confirmationFor(button, hit, rollout.spec.command.kind === 'reboot') : null;
  const whyNotTyped =
    confirmation === null || isTyped(confirmation, typed) ? null : words.actions.typeFirst(confirmation.phrase);
  const whyNot = isStillPossible ? whyNotTyped : words.rollouts.statuses[rollout.status];
  const submit = () => {
    if (whyNot === null && !isPending) mutate(reason.trim());
  };
  return (
    <Dialog
      title={title}
      width={560}
      close={close}
      footer={
        <>
          <Button onClick={close}>{words.rollouts.keep}</Button>
          <ActButton
            type="primary"
            danger={steering === 'cancel' || steering === 'retry'}
            loading={isPending}
            whyNot={whyNot}
            onClick={submit}
          >
            {button}
          </ActButton>
        </>
      }
    >
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <p>
          {steering === 'resume' && rollout.pause?.because === 'failures' ? words.rollouts.resumeAfterFailures : says}
        </p>
        {hit.length > 0 && <HitList nodes={hit} />}
        <label htmlFor={reasonId}>{words.actions.reason}</label>
        <Input
          id={reasonId}
          data-first-focus
          placeholder={words.actions.reasonHint}
          maxLength={REASON_LENGTH_MAX}
          value={reason}
          onChange={({ target }) => setReason(target.value)}
        />
        {confirmation !== null && <TypedConfirmation confirmation={confirmation} typed={typed} change={setTyped} />}
        {error !== null && <ProblemNotice error={error} />}
        <button type="submit" hidden aria-label={button} />
      </form>
    </Dialog>
  );
}

/** The nodes that feel it at once: those that have another turn, or are given back. */
function useNodesHit(steering: Asked, nodes: readonly RolloutNode[]) {
  const status = steering === 'retry' ? 'failed' : steering === 'cancel' ? 'draining' : null;
  const wanted = new Set(nodes.filter((node) => node.status === status).map(({ nodeId }) => nodeId));
  return useFleet().nodes.filter(({ id }) => wanted.has(id));
}

function useSteer(steering: Asked, id: string, done: () => void) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async (reason: string) => valueIn(await ask(api, steering, id, reason === '' ? {} : { reason })),
    onSuccess: (told) => {
      queryClient.setQueryData(queryKeys.rollout(id), told);
      void queryClient.invalidateQueries({ queryKey: queryKeys.rolloutNodes(id, 0).slice(0, 2) });
      done();
    },
  });
}

function ask(api: Client, steering: Asked, id: string, body: { readonly reason?: string }) {
  switch (steering) {
    case 'resume':
      return api.resumeRollout({ id, body });
    case 'approve':
      return api.approveRollout({ id, body });
    case 'cancel':
      return api.cancelRollout({ id, body });
    case 'retry':
      return api.retryRollout({ id, body });
  }
}
