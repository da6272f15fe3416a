/** What is being done with the node now, and what of it has ended while somebody looked. */
import type { Operation } from '@sluice/contract';
import { isTerminal } from '@sluice/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Section } from '../../ui/page.tsx';
import { OperationCard } from './operation-card.tsx';
import styles from './operation-card.module.css';

/** The newest of a node; more are not under way at once, as acts follow each other. */
const LISTED_MAX = '20';

export function UnderWay({ nodeId }: { readonly nodeId: string }) {
  const words = useWords();
  const api = useApi();
  const [openedAt] = useState(() => Date.now());
  const filter = { node: nodeId, limit: LISTED_MAX };
  const { data } = useQuery({
    queryKey: queryKeys.operations(filter),
    queryFn: async ({ signal }) => valueIn(await api.listOperations({ query: filter, signal })),
  });
  const shown = data?.items.filter((operation) => isShown(operation, openedAt)) ?? [];
  if (shown.length === 0) return null;
  return (
    <Section title={words.node.operations}>
      <ul className={styles['cards']}>
        {shown.map((operation) => (
          <li key={operation.id}>
            <OperationCard operation={operation} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** A drain that runs is told of by itself. What ends stays, so that its end can be read. */
function isShown({ command, status, endedAt }: Operation, openedAt: number): boolean {
  if (!isTerminal(status)) return command !== 'drain';
  return endedAt !== null && Date.parse(endedAt) >= openedAt;
}
