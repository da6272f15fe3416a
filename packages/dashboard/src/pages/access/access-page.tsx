/** Tokens of people and programs, and tokens that let agents join. */
import { hasRole } from '@sluice/core';
import { useQuery } from '@tanstack/react-query';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi, useSession } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { NeedsRole } from '../../ui/needs-role.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { When } from '../../ui/when.tsx';

export function AccessPage() {
  const words = useWords();
  const session = useSession();
  // The routes are for admins of the whole fleet.
  const mayRead = hasRole(session, 'admin') && session.selector === null;
  return (
    <Page title={words.shell.access}>
      {mayRead ? (
        <>
          <Tokens />
          <JoinTokens />
        </>
      ) : (
        <NeedsRole needed="admin" />
      )}
    </Page>
  );
}

function Tokens() {
  const words = useWords();
  const api = useApi();
  const query = useQuery({
    queryKey: queryKeys.tokens,
    queryFn: async ({ signal }) => valueIn(await api.listTokens({ signal })),
  });
  return (
    <Section title={words.access.tokens}>
      <Asked query={query}>
        {({ items }) => (
          <PlainTable
            label={words.access.tokens}
            rows={items}
            keyOf={({ id }) => id}
            columns={[
              { title: words.access.name, cell: ({ name }) => name },
              { title: words.access.role, cell: ({ role }) => words.shell.role[role] },
              { title: words.access.nodes, cell: ({ selector }) => selector ?? words.access.allNodes },
              { title: words.access.lastUsed, cell: ({ lastUsedAt }) => <When at={lastUsedAt} /> },
              { title: words.access.expires, cell: ({ expiresAt }) => <When at={expiresAt} /> },
              { title: words.access.createdBy, cell: ({ createdBy }) => createdBy },
            ]}
          />
        )}
      </Asked>
    </Section>
  );
}

function JoinTokens() {
  const words = useWords();
  const api = useApi();
  const query = useQuery({
    queryKey: queryKeys.joinTokens,
    queryFn: async ({ signal }) => valueIn(await api.listJoinTokens({ signal })),
  });
  return (
    <Section title={words.access.joinTokens}>
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{words.access.none}</p>
          ) : (
            <PlainTable
              label={words.access.joinTokens}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                { title: words.access.name, cell: ({ name }) => name },
                { title: words.access.nodes, cell: ({ type }) => type ?? words.access.allNodes },
                { title: words.access.uses, cell: ({ uses, usesMax }) => words.access.usesOf(uses, usesMax) },
                { title: words.access.expires, cell: ({ expiresAt }) => <When at={expiresAt} /> },
                { title: words.access.createdBy, cell: ({ createdBy }) => createdBy },
              ]}
            />
          )
        }
      </Asked>
    </Section>
  );
}
