/** A new rollout: which nodes, what is done to each, how careful; then the plan, exactly as the server gives it, before anything is begun. */
import type { RolloutPlan, RolloutSpec } from '@sluice/contract';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { draftAtFirst, type RolloutDraft } from '../../fleet-view/rollout-draft.ts';
import type { RolloutTarget } from '../../fleet-view/rollout-target.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Page } from '../../ui/page.tsx';
import styles from './new-rollout.module.css';
import { PlanStep } from './plan-step.tsx';
import { RolloutForm } from './rollout-form.tsx';

/** What the server planned, when. */
export interface Planned {
  readonly plan: RolloutPlan;
  /** As it was asked for. */
  readonly spec: RolloutSpec;
  /** Epoch milliseconds. */
  readonly at: number;
}

export function NewRolloutPage() {
  const words = useWords();
  const api = useApi();
  const target = useTargetAtFirst();
  const [draft, setDraft] = useState<RolloutDraft>(() =>
    draftAtFirst(target, new Intl.DateTimeFormat().resolvedOptions().timeZone),
  );
  const [values, setValues] = useState<Readonly<Record<string, string>>>({});
  // Kept beside the request: while another is asked for, the plan that is looked at stays.
  const [planned, setPlanned] = useState<Planned | null>(null);
  const planning = useMutation({
    mutationFn: async (spec: RolloutSpec): Promise<Planned> => {
      const plan = valueIn(await api.planRollout({ body: spec }));
      return { plan, spec, at: Date.now() };
    },
    onSuccess: setPlanned,
  });
  return (
    <Page title={words.newRollout.title}>
      <ol className={styles['steps']} aria-label={words.newRollout.steps}>
        <li aria-current={planned === null ? 'step' : undefined}>1 {words.newRollout.stepForm}</li>
        <li aria-current={planned === null ? undefined : 'step'}>2 {words.newRollout.stepPlan}</li>
      </ol>
      {planned === null ? (
        <RolloutForm
          draft={draft}
          change={setDraft}
          values={values}
          changeValues={setValues}
          planning={planning}
          plan={planning.mutate}
        />
      ) : (
        <PlanStep
          planned={planned}
          planning={planning}
          planAnew={() => planning.mutate(planned.spec)}
          back={() => {
            planning.reset();
            setPlanned(null);
          }}
        />
      )}
    </Page>
  );
}

/** As whoever led here chose: the nodes themselves, or what the table was filtered by. */
function useTargetAtFirst(): RolloutTarget {
  const state: unknown = useLocation().state;
  const [search] = useSearchParams();
  const nodeIds: unknown = typeof state === 'object' && state !== null ? Reflect.get(state, 'nodeIds') : null;
  if (Array.isArray(nodeIds)) return { kind: 'nodes', nodeIds: nodeIds.filter((id) => typeof id === 'string') };
  if (search.has('all')) return { kind: 'all' };
  return { kind: 'selector', selector: search.get('selector') ?? '' };
}
