/** What an operation has written: as it comes while it runs, and the end of it afterwards. */
import type { Operation } from '@sluice/contract';
import { isTerminal } from '@sluice/core';
import { useQuery } from '@tanstack/react-query';
import { useLayoutEffect, useRef } from 'react';
import { valueIn } from '../api/problem-error.ts';
import { queryKeys } from '../api/query-keys.ts';
import { useWords } from '../i18n/words.tsx';
import { useApi } from '../shell/session-context.tsx';
import styles from './operation-output.module.css';

/** Milliseconds: the agent tells about so often what a command has written; it is no event of the fleet. */
const ASKED_EVERY_MS = 1000;
/** CSS pixels from the end within which somebody reads the end, and is kept there. */
const AT_END_PX = 24;

/** Nothing is shown of an operation that has written nothing. */
export function OperationOutput({ operation }: { readonly operation: Operation }) {
  const words = useWords();
  const api = useApi();
  const hasEnded = isTerminal(operation.status);
  const { data } = useQuery({
    queryKey: queryKeys.output(operation.id),
    queryFn: async ({ signal }) => valueIn(await api.operationOutput({ id: operation.id, signal })),
    enabled: !hasEnded,
    refetchInterval: ASKED_EVERY_MS,
  });
  const text = (hasEnded ? operation.output : data) ?? '';
  const ref = useRef<HTMLPreElement>(null);
  const isAtEnd = useRef(true);
  useLayoutEffect(() => {
    const element = ref.current;
    if (element !== null && isAtEnd.current) element.scrollTop = element.scrollHeight;
  }, [text]);
  if (text === '') return null;
  return (
    <pre
      ref={ref}
      className={styles['output']}
      role="log"
      aria-label={words.operations.output}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < AT_END_PX;
      }}
    >
      {text}
    </pre>
  );
}
