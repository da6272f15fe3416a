/** The session that all pages work in: who it is, the API as them, and what ends it. Without one, there is the login. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { createContext, lazy, type ReactNode, Suspense, use, useMemo } from 'react';
import type { Client } from '@sluice/client';
import { createApi } from '../api/api-client.ts';
import type { Session } from '../api/session.ts';
import { sessionQuery } from '../api/session-query.ts';
import { ProblemNotice } from '../ui/problem-notice.tsx';
import { Page } from '../ui/page.tsx';
import { useWords } from '../i18n/words.tsx';

interface SessionContextValue {
  readonly session: Session;
  readonly api: Client;
}

const SessionContext = createContext<SessionContextValue | null>(null);

const LoginPage = lazy(async () => ({ default: (await import('../pages/login/login-page.tsx')).LoginPage }));

export function SessionProvider({ children }: { readonly children: ReactNode }) {
  const words = useWords();
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery(sessionQuery);
  const session = data?.session ?? null;
  const csrfToken = session?.csrfToken ?? null;
  const isLoggedIn = session !== null;
  const api = useMemo(
    () =>
      isLoggedIn
        ? createApi(
            location.origin,
            csrfToken,
            () => void queryClient.invalidateQueries({ queryKey: sessionQuery.queryKey }),
          )
        : null,
    [isLoggedIn, csrfToken, queryClient],
  );
  const value = useMemo(() => (session && api ? { session, api } : null), [session, api]);
  if (value !== null) return <SessionContext value={value}>{children}</SessionContext>;
  if (data !== undefined)
    return (
      <Suspense>
        <LoginPage linkProblem={data.linkProblem} />
      </Suspense>
    );
  if (error !== null)
    return (
      <Page title={words.shell.product}>
        <ProblemNotice error={error} retry={() => void refetch()} />
      </Page>
    );
  return null;
}

function useSessionContext(): SessionContextValue {
  const context = use(SessionContext);
  if (context === null) throw new Error('using the session outside of its provider');
  return context;
}

export function useSession(): Session {
  return useSessionContext().session;
}

/** The API as whoever is logged in. */
export function useApi(): Client {
  return useSessionContext().api;
}
