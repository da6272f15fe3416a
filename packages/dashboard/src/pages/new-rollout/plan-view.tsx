/** What a rollout would do, as the server says it: how many, how long, whom it hits, what binds it, what is skipped, batch by batch. */
import type { RolloutPlan } from '@sluice/contract';
import { Link } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { Facts } from '../../ui/facts.tsx';
import { Notice } from '../../ui/notice.tsx';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { specInWords } from '../../ui/rollout-spec-in-words.ts';
import styles from './new-rollout.module.css';
import { PlannedBatches } from './planned-batches.tsx';

/** Skipped nodes that are named at first. */
const SKIPPED_MAX = 20;

export function PlanView({ plan }: { readonly plan: RolloutPlan }) {
  const words = useWords();
  const { plan: say } = words.newRollout;
  const { nodes, batches, maxUnavailable, sessions, uncountedNodes, duration, warnings, skipped, budgets, spec } = plan;
  return (
    <>
      {warnings.length > 0 && (
        <Notice
          type="warning"
          title={say.warnings}
          description={
            <ul>
              {warnings.map((warning) => (
                <li key={warning}>{warning}</li>
              ))}
            </ul>
          }
        />
      )}
      <Section title={say.summary}>
        <ul className={styles['figures']}>
          <Figure
            name={say.nodes}
            value={nodes.toLocaleString()}
            more={say.nodesOf(nodes, batches.length, maxUnavailable)}
          />
          <Figure
            name={say.sessions}
            value={sessions.toLocaleString()}
            more={say.sessionsOf(sessions, uncountedNodes)}
          />
          <Figure
            name={say.duration}
            value={duration === null ? '?' : words.durations.duration(1000 * duration.expectedSeconds)}
            more={
              duration === null
                ? say.durationUnknown
                : `${say.atWorst(words.durations.duration(1000 * duration.pessimisticSeconds))} ${duration.basis}`
            }
          />
          <Figure name={say.skipped} value={skipped.length.toLocaleString()} more={say.skippedOf(skipped.length)} />
        </ul>
      </Section>
      <Section title={say.budgets}>
        {budgets.length === 0 ? (
          <p>{say.budgetsNone}</p>
        ) : (
          <PlainTable
            label={say.budgets}
            rows={budgets}
            keyOf={({ name }) => name}
            columns={[
              { title: say.budget, cell: ({ name }) => <Link to={paths.budgets()}>{name}</Link> },
              {
                title: say.standing,
                cell: ({ unavailable, allowed, matching }) => say.standingOf(unavailable, allowed, matching),
              },
              {
                title: say.binds,
                cell: ({ binds }) =>
                  binds ? <strong className={styles['binds']}>{say.bindsOf.true}</strong> : say.bindsOf.false,
              },
              { title: say.arithmetic, isLong: true, cell: ({ detail }) => detail },
            ]}
          />
        )}
      </Section>
      {skipped.length > 0 && (
        <Section title={say.skipped}>
          <ul>
            {skipped.slice(0, SKIPPED_MAX).map(({ nodeId, because }) => (
              <li key={nodeId}>
                <Link to={paths.node(nodeId)}>{nodeId}</Link>: {because}
              </li>
            ))}
            {skipped.length > SKIPPED_MAX && <li>{say.more(skipped.length - SKIPPED_MAX)}</li>}
          </ul>
        </Section>
      )}
      <Section title={say.batches}>
        <p className={styles['soft']}>{say.batchesNote}</p>
        <PlannedBatches batches={batches} />
      </Section>
      <Section title={say.asked}>
        <Facts facts={specInWords(spec, words)} />
      </Section>
    </>
  );
}

interface FigureProps {
  readonly name: string;
  readonly value: string;
  readonly more: string;
}

function Figure({ name, value, more }: FigureProps) {
  return (
    <li>
      <span className={styles['soft']}>{name}</span>
      <strong className={styles['figure']}>{value}</strong>
      <span>{more}</span>
    </li>
  );
}
