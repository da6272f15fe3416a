/** What the node and its workload are. */
import type { Node } from '@sluice/contract';
import { bytesInWords } from '@sluice/core';
import { useWords } from '../../i18n/words.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Section } from '../../ui/page.tsx';
import { When } from '../../ui/when.tsx';
import styles from './about.module.css';
import { NodeBudgets } from './node-budgets.tsx';

export function About({ node }: { readonly node: Node }) {
  const words = useWords();
  const { workload, labels, resources } = node;
  return (
    <>
      <Section title={words.node.workload}>
        <Facts
          facts={[
            [words.node.driver, workload.driver],
            [words.node.phase, words.status.workload[workload.phase] ?? workload.phase],
            [words.node.health, words.node.healthOf(workload.healthy)],
            [words.node.started, <When key="started" at={workload.startedAt} />],
            [words.node.starts, words.node.startsOf(workload.incarnation)],
            [words.node.problem, workload.problem],
          ]}
        />
      </Section>
      <Section title={words.node.about}>
        <Facts
          facts={[
            [words.node.type, node.type],
            [words.node.address, node.port === null ? node.ip : `${node.ip}:${node.port}`],
            [words.node.place, [node.region, node.zone].filter((place) => place !== null).join(' · ') || null],
            [words.node.version, node.version],
            [words.node.labels, <Pairs key="labels" pairs={labels} />],
            [words.node.resources, <Pairs key="resources" pairs={resources} />],
            [words.budgets.title, <NodeBudgets key="budgets" node={node} />],
            [words.node.created, <When key="created" at={node.createdAt} />],
          ]}
        />
      </Section>
    </>
  );
}

function Pairs({ pairs }: { readonly pairs: Readonly<Record<string, unknown>> }) {
  const words = useWords();
  const entries = Object.entries(pairs);
  if (entries.length === 0) return <>{words.durations.none}</>;
  return (
    <ul className={styles['pairs']}>
      {entries.map(([key, value]) => (
        <li key={key}>
          <code>
            {key}={textOf(key, value)}
          </code>
        </li>
      ))}
    </ul>
  );
}

/** Sizes in bytes are named so. */
function textOf(key: string, value: unknown): string {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && key.endsWith('Bytes') ? bytesInWords(value) : JSON.stringify(value);
}
