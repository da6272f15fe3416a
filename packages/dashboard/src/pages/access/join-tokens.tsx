/** Tokens with which agents join: made, with the lines that add a node; looked at; revoked. */
import type { JoinToken } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { AskDialog } from '../../ui/ask-dialog.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { CreateJoinTokenDialog } from './create-join-token-dialog.tsx';
import { Expires } from './expires.tsx';

/** @param whyNot Why the reader may neither see nor change them; `null`: they may. */
export function JoinTokens({ whyNot }: { readonly whyNot: string | null }) {
  const words = useWords();
  const api = useApi();
  const [isCreating, setCreating] = useState(false);
  const query = useQuery({
    queryKey: queryKeys.joinTokens,
    queryFn: async ({ signal }) => valueIn(await api.listJoinTokens({ signal })),
    enabled: whyNot === null,
  });
  return (
    <Section
      title={words.access.joinTokens}
      aside={
        <ActButton type="primary" whyNot={whyNot} onClick={() => setCreating(true)}>
          {words.access.createJoinToken}
        </ActButton>
      }
    >
      <p>{words.access.joinTokensText}</p>
      {whyNot === null ? (
        <Asked query={query}>{({ items }) => <JoinTokenTable tokens={items} />}</Asked>
      ) : (
        <p>{whyNot}</p>
      )}
      {isCreating && <CreateJoinTokenDialog close={() => setCreating(false)} />}
    </Section>
  );
}

function JoinTokenTable({ tokens }: { readonly tokens: readonly JoinToken[] }) {
  const words = useWords();
  const api = useApi();
  const [asked, setAsked] = useState<JoinToken | null>(null);
  if (tokens.length === 0) return <p>{words.access.joinTokensNone}</p>;
  return (
    <>
      <PlainTable
        label={words.access.joinTokens}
        rows={tokens}
        keyOf={({ id }) => id}
        columns={[
          { title: words.access.name, cell: ({ name }) => name },
          { title: words.access.type, cell: ({ type }) => type ?? words.access.anyType },
          { title: words.access.uses, cell: ({ uses, usesMax }) => words.access.usesOf(uses, usesMax) },
          { title: words.access.expires, cell: ({ expiresAt }) => <Expires at={expiresAt} /> },
          { title: words.access.createdBy, cell: ({ createdBy }) => createdBy },
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
          says={words.access.revokeSays['join-token']}
          keep={words.access.keepIt}
          act={() => api.revokeJoinToken({ id: asked.id })}
          touched={[queryKeys.joinTokens]}
          close={() => setAsked(null)}
        />
      )}
    </>
  );
}
