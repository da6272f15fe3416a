/** Tokens of people and programs, and the browsers of who is logged in: made, looked at, revoked. */
import type { Token } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActButton } from '../../acting/act-button.tsx';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { auditFilterIn, auditSearch } from '../../fleet-view/audit-filter.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useApi } from '../../shell/session-context.tsx';
import { AskDialog } from '../../ui/ask-dialog.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { When } from '../../ui/when.tsx';
import { CreateTokenDialog } from './create-token-dialog.tsx';
import { Expires } from './expires.tsx';

/** @param whyNot Why the reader may neither see nor change them; `null`: they may. */
export function Tokens({ whyNot }: { readonly whyNot: string | null }) {
  const words = useWords();
  const api = useApi();
  const [isCreating, setCreating] = useState(false);
  const query = useQuery({
    queryKey: queryKeys.tokens,
    queryFn: async ({ signal }) => valueIn(await api.listTokens({ signal })),
    enabled: whyNot === null,
  });
  return (
    <>
      <Section
        title={words.access.tokens}
        aside={
          <ActButton type="primary" whyNot={whyNot} onClick={() => setCreating(true)}>
            {words.access.createToken}
          </ActButton>
        }
      >
        {whyNot === null ? (
          <Asked query={query}>
            {({ items }) => (
              <TokenTable
                kind="token"
                label={words.access.tokens}
                none={words.access.tokensNone}
                tokens={items.filter(({ kind }) => kind === 'api')}
              />
            )}
          </Asked>
        ) : (
          <p>{whyNot}</p>
        )}
      </Section>
      {whyNot === null && query.data !== undefined && (
        <Section title={words.access.browsers}>
          <TokenTable
            kind="browser"
            label={words.access.browsers}
            none={words.access.browsersNone}
            tokens={query.data.items.filter(({ kind }) => kind === 'session')}
          />
        </Section>
      )}
      {isCreating && <CreateTokenDialog close={() => setCreating(false)} />}
    </>
  );
}

interface TokenTableProps {
  readonly kind: 'token' | 'browser';
  readonly label: string;
  /** What is said where there are none. */
  readonly none: string;
  readonly tokens: readonly Token[];
}

function TokenTable({ kind, label, none, tokens }: TokenTableProps) {
  const words = useWords();
  const api = useApi();
  const [asked, setAsked] = useState<Token | null>(null);
  if (tokens.length === 0) return <p>{none}</p>;
  return (
    <>
      <PlainTable
        label={label}
        rows={tokens}
        keyOf={({ id }) => id}
        columns={[
          { title: words.access.name, cell: ({ name }) => name },
          { title: words.access.role, cell: ({ role }) => words.shell.role[role] },
          { title: words.access.nodes, isLong: true, cell: ({ selector }) => selector ?? words.access.allNodes },
          { title: words.access.lastUsed, cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
          { title: words.access.expires, cell: ({ expiresAt }) => <Expires at={expiresAt} /> },
          { title: words.access.createdBy, cell: ({ createdBy }) => createdBy },
          {
            title: words.shell.audit,
            cell: ({ id }) => <Link to={auditOf(id)}>{words.access.itsAudit}</Link>,
          },
          {
            title: words.access.act,
            cell: (token) => (
              <ActButton
                size="small"
                whyNot={null}
                label={words.access.revokeOf(token.name)}
                onClick={() => setAsked(token)}
              >
                {words.access.revoke}
              </ActButton>
            ),
          },
        ]}
      />
      {asked !== null && (
        <AskDialog
          title={words.access.revokeTitle(asked.name)}
          button={words.access.revokeIt}
          says={words.access.revokeSays[kind]}
          keep={words.access.keepIt}
          act={() => api.revokeToken({ id: asked.id })}
          touched={[queryKeys.tokens]}
          close={() => setAsked(null)}
        />
      )}
    </>
  );
}

function auditOf(token: string): string {
  const filter = { ...auditFilterIn(new URLSearchParams()), token };
  return `${paths.audit()}?${auditSearch(filter).toString()}`;
}
