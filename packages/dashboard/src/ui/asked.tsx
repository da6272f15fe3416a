/** What a query answered, or that it is still asked, or why it was not answered. */
import type { ReactNode } from 'react';
import { useWords } from '../i18n/words.tsx';
import { ProblemNotice } from './problem-notice.tsx';

interface AskedProps<T> {
  /** Of one answer, or of a list of pages. */
  readonly query: { readonly data: T | undefined; readonly error: Error | null; readonly refetch: () => unknown };
  readonly children: (value: T) => ReactNode;
}

/** What was answered before stays while it is asked again; the banner tells when the server is away. */
export function Asked<T>({ query, children }: AskedProps<T>) {
  const words = useWords();
  const { data, error, refetch } = query;
  if (data !== undefined) return <>{children(data)}</>;
  if (error !== null) return <ProblemNotice error={error} retry={refetch} />;
  return <p role="status">{words.shell.loading}</p>;
}
