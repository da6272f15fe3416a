/** The form of a rollout: which nodes, what is done to each, how careful. It leads to the plan, never to the start. */
import type { NodeCommand, RolloutSpec } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { type CommandField, fieldsOf, readFields } from '../../fleet-view/command-fields.ts';
import { type DraftFault, type DraftField, readDraft, type RolloutDraft } from '../../fleet-view/rollout-draft.ts';
import { nodesOfTarget } from '../../fleet-view/rollout-target.ts';
import { useWords, type Words } from '../../i18n/words.tsx';
import { useFleet } from '../../live/live-fleet.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { Section } from '../../ui/page.tsx';
import { CareFields } from './care-fields.tsx';
import { CommandFields } from './command-fields.tsx';
import { MoreFields } from './more-fields.tsx';
import styles from './new-rollout.module.css';
import { TargetFields } from './target-fields.tsx';

export interface DraftFormProps {
  readonly draft: RolloutDraft;
  readonly set: (part: Partial<RolloutDraft>) => void;
  /** What is wrong with a field, in words; `null`: nothing, or it is too early to say so. */
  readonly faultOf: (field: DraftField) => string | null;
}

interface RolloutFormProps {
  readonly draft: RolloutDraft;
  readonly change: (draft: RolloutDraft) => void;
  /** What was typed for the parameters of a declared command. */
  readonly values: Readonly<Record<string, string>>;
  readonly changeValues: (values: Readonly<Record<string, string>>) => void;
  readonly planning: { readonly isPending: boolean; readonly error: Error | null };
  readonly plan: (spec: RolloutSpec) => void;
}

export function RolloutForm({ draft, change, values, changeValues, planning, plan }: RolloutFormProps) {
  const words = useWords();
  const api = useApi();
  const { nodes } = useFleet();
  const [isTried, setTried] = useState(false);
  const { data: catalogue } = useQuery({
    queryKey: queryKeys.commands(null),
    queryFn: async ({ signal }) => valueIn(await api.listCommands({ signal })),
  });
  const commands = catalogue?.items ?? [];
  const parameters = parametersOf(draft, commands);
  const readParameters = readFields(parameters, values);
  const read = readDraft(draft, readParameters.ok ? readParameters.params : null);
  const faults = read.ok ? NO_FAULTS : read.faults;
  const hit = nodesOfTarget(nodes, draft.target).nodes;
  const form: DraftFormProps = {
    draft,
    set: (part) => change({ ...draft, ...part }),
    faultOf: (field) => {
      const fault = isTried ? faults.get(field) : undefined;
      return fault === undefined ? null : faultInWords(fault, words);
    },
  };
  const submit = () => {
    setTried(true);
    if (read.ok && !planning.isPending) plan(read.spec);
  };
  return (
    <form
      className={styles['form']}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <Section title={words.newRollout.which}>
        <TargetFields {...form} nodes={nodes} hit={hit} />
      </Section>
      <Section title={words.newRollout.what}>
        <CommandFields
          {...form}
          commands={commands}
          hit={hit}
          parameters={parameters}
          values={values}
          changeValues={changeValues}
          faults={isTried && !readParameters.ok ? readParameters.faults : new Map()}
        />
      </Section>
      <Section title={words.newRollout.careful}>
        <CareFields {...form} count={hit.length} />
        <MoreFields {...form} />
      </Section>
      {planning.error !== null && <ProblemNotice error={planning.error} />}
      <div className={styles['foot']}>
        <ActButton type="primary" size="large" loading={planning.isPending} whyNot={null} onClick={submit}>
          {words.newRollout.toPlan}
        </ActButton>
        <span role="status" className={styles['fault']}>
          {isTried && faults.size > 0 && words.newRollout.correct(faults.size)}
        </span>
      </div>
      <button type="submit" hidden aria-label={words.newRollout.toPlan} />
    </form>
  );
}

const NO_FAULTS: ReadonlyMap<DraftField, DraftFault> = new Map();

function parametersOf({ command, runName }: RolloutDraft, commands: readonly NodeCommand[]): readonly CommandField[] {
  const declared = command === 'run' ? commands.find(({ name, builtIn }) => name === runName && !builtIn) : undefined;
  return declared === undefined ? [] : fieldsOf(declared.parameters);
}

function faultInWords(fault: DraftFault, { newRollout: { faults } }: Words): string {
  switch (fault.kind) {
    case 'detail':
      return fault.detail;
    case 'no-whole-number':
      return faults[fault.kind](fault.least, fault.most);
    case 'required':
    case 'no-count-or-percent':
    case 'no-time-of-day':
    case 'no-time-zone':
    case 'no-address':
      return faults[fault.kind];
  }
}
