/** What a query answered, or that it is still asked, or why it was not answered. */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useWords } from '../i18n/words.tsx';
import { ProblemNotice } from './problem-notice.tsx';

/** What was answered before stays while it is asked again; the banner tells when the server is away. */
export function Asked<T>({
  query,
  children,
}: {
  readonly query: UseQueryResult<T>;
  readonly children: (value: T) => ReactNode;
}) {
  const words = useWords();
  const { data, error, refetch } = query;
  if (data !== undefined) return <>{children(data)}</>;
  if (error !== null) return <ProblemNotice error={error} retry={() => void refetch()} />;
  return <p role="status">{words.shell.loading}</p>;
}
