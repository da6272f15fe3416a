/** Makes a budget, or changes one: for which nodes, and how many of them may be out at once. */
import type { Budget } from '@sluice/contract';
import { placesOf } from '@sluice/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Button, Input, Radio } from 'antd';
import { useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { budgetDraft, type BudgetFault, readBudget } from '../../fleet-view/budget-draft.ts';
import { filterNodes, NO_FILTER } from '../../fleet-view/node-filter.ts';
import { useWords, type Words } from '../../i18n/words.tsx';
import { useFleet } from '../../live/live-fleet.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { Field } from '../../ui/field.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import styles from './budgets.module.css';

interface BudgetDialogProps {
  /** `null`: a new one. */
  readonly budget: Budget | null;
  /** Names that a new one may not have. */
  readonly taken: readonly string[];
  readonly close: () => void;
}

export function BudgetDialog({ budget, taken, close }: BudgetDialogProps) {
  const words = useWords();
  const { nodes } = useFleet();
  const [draft, setDraft] = useState(() => budgetDraft(budget));
  const [isTried, setTried] = useState(false);
  const { mutate, isPending, error } = useSave(close);
  const read = readBudget(draft, taken);
  const matching = draft.isForAll ? nodes : filterNodes(nodes, { ...NO_FILTER, selector: draft.selector }).nodes;
  const faultOf = (field: 'name' | 'selector' | 'maxUnavailable') => {
    const fault = read.ok ? undefined : read.faults.get(field);
    return isTried && fault !== undefined ? faultInWords(fault, words) : null;
  };
  const submit = () => {
    setTried(true);
    if (read.ok && !isPending) mutate(read);
  };
  return (
    <Dialog
      title={budget === null ? words.budgets.createTitle : words.budgets.editTitle(budget.name)}
      width={640}
      close={close}
      footer={
        <>
          <Button onClick={close}>{words.actions.cancel}</Button>
          <ActButton type="primary" loading={isPending} whyNot={null} onClick={submit}>
            {words.budgets.save}
          </ActButton>
        </>
      }
    >
      <form
        className={styles['form']}
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        {budget === null && (
          <Field label={words.budgets.name} hint={words.budgets.nameHint} fault={faultOf('name')}>
            {(props) => (
              <Input
                {...props}
                data-first-focus
                autoComplete="off"
                spellCheck={false}
                value={draft.name}
                onChange={({ target }) => setDraft({ ...draft, name: target.value })}
              />
            )}
          </Field>
        )}
        <Radio.Group
          aria-label={words.budgets.selector}
          value={draft.isForAll}
          options={[
            { value: true, label: words.budgets.forAll },
            { value: false, label: words.budgets.forSome },
          ]}
          onChange={({ target }) => setDraft({ ...draft, isForAll: target.value === true })}
        />
        {!draft.isForAll && (
          <Field
            label={words.budgets.selector}
            hint={
              draft.selector.trim() === ''
                ? words.budgets.selectorHint
                : words.budgets.hits(matching.length, nodes.length)
            }
            fault={faultOf('selector')}
          >
            {(props) => (
              <Input
                {...props}
                autoComplete="off"
                spellCheck={false}
                value={draft.selector}
                onChange={({ target }) => setDraft({ ...draft, selector: target.value })}
              />
            )}
          </Field>
        )}
        <Field
          label={words.budgets.max}
          hint={words.budgets.maxHint(read.ok ? placesOf(read.body.maxUnavailable, matching.length) : null)}
          fault={faultOf('maxUnavailable')}
        >
          {(props) => (
            <Input
              {...props}
              className={styles['short'] ?? ''}
              value={draft.maxUnavailable}
              onChange={({ target }) => setDraft({ ...draft, maxUnavailable: target.value })}
            />
          )}
        </Field>
        <Field label={words.budgets.description}>
          {(props) => (
            <Input
              {...props}
              maxLength={1024}
              value={draft.description}
              onChange={({ target }) => setDraft({ ...draft, description: target.value })}
            />
          )}
        </Field>
        {error !== null && <ProblemNotice error={error} />}
        <button type="submit" hidden aria-label={words.budgets.save} />
      </form>
    </Dialog>
  );
}

function useSave(done: () => void) {
  const api = useApi();
  const queryClient = useQueryClient();
  return useMutation({
    mutationFn: async ({ name, body }: Extract<ReturnType<typeof readBudget>, { ok: true }>) =>
      valueIn(await api.setBudget({ name, body })),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: queryKeys.budgets });
      done();
    },
  });
}

function faultInWords(fault: BudgetFault, { budgets }: Words): string {
  switch (fault.kind) {
    case 'no-name':
      return budgets.nameFault;
    case 'name-taken':
      return budgets.nameTaken;
    case 'no-selector':
      return budgets.selectorMissing;
    case 'no-count-or-percent':
      return budgets.maxFault;
    case 'detail':
      return fault.detail;
  }
}
