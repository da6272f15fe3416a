/** For who is not logged in: paste a token, or go to the single sign-on provider; then on with the page that was asked for. */
import type { ClientProblem } from '@sluice/client';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useEffect, useId, useState } from 'react';
import { ProblemError } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { logInWithToken, readLoginWays, singleSignOnAddress } from '../../api/session.ts';
import { useWords } from '../../i18n/words.tsx';
import { AntdTheme } from '../../theme/antd-theme.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import styles from './login-page.module.css';

interface LoginProps {
  /** Why the one-time link that somebody came by opened nothing. */
  readonly linkProblem: ClientProblem | null;
}

export function LoginPage(props: LoginProps) {
  return (
    <AntdTheme>
      <Login {...props} />
    </AntdTheme>
  );
}

function Login({ linkProblem }: LoginProps) {
  const words = useWords();
  const queryClient = useQueryClient();
  const [token, setToken] = useState('');
  const [isEmpty, setEmpty] = useState(false);
  const [tokenId, hintId] = [useId(), useId()];
  const { data: ways } = useQuery({ queryKey: queryKeys.loginWays, queryFn: readLoginWays, staleTime: Infinity });
  const logIn = useMutation({
    mutationFn: logInWithToken,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: queryKeys.session }),
  });
  useEffect(() => {
    document.title = `${words.login.title}`;
  }, [words]);
  return (
    <main className={styles['login']}>
      <h1>{words.login.title}</h1>
      {linkProblem !== null && <ProblemNotice error={new ProblemError(linkProblem)} />}
      {ways?.singleSignOn === true && (
        <>
          <Button type="primary" size="large" href={singleSignOnAddress(location.pathname + location.search)}>
            {words.login.singleSignOn}
          </Button>
          <p className={styles['or']}>{words.login.or}</p>
        </>
      )}
      <form
        className={styles['form']}
        onSubmit={(event) => {
          event.preventDefault();
          const given = token.trim();
          setEmpty(given === '');
          if (given !== '') logIn.mutate(given);
        }}
      >
        <label htmlFor={tokenId}>{words.login.token}</label>
        <Input.Password
          id={tokenId}
          size="large"
          autoComplete="current-password"
          spellCheck={false}
          aria-describedby={hintId}
          value={token}
          onChange={(event) => setToken(event.target.value)}
          {...(isEmpty ? { status: 'error' } : {})}
        />
        <p id={hintId} className={styles['hint']} role={isEmpty ? 'alert' : undefined}>
          {isEmpty ? words.login.empty : words.login.tokenHint}
        </p>
        <Button
          htmlType="submit"
          size="large"
          type={ways?.singleSignOn === true ? 'default' : 'primary'}
          loading={logIn.isPending}
        >
          {words.login.logIn}
        </Button>
      </form>
      {logIn.error !== null && <ProblemNotice error={logIn.error} />}
    </main>
  );
}
