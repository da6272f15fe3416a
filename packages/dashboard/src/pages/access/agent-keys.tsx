/** The keys of a node's agent: looked at, renewed, taken away. Which node stands in the URL. */
import type { NodeCredentials } from '@sluice/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useSearchParams } from 'react-router';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { AskDialog } from '../../ui/ask-dialog.tsx';
import { Asked } from '../../ui/asked.tsx';
import filters from '../../ui/filters.module.css';
import { NodeField } from '../../ui/node-field.tsx';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { ProblemNotice } from '../../ui/problem-notice.tsx';
import { When } from '../../ui/when.tsx';

/** @param whyNotRevoke Why the reader may not take keys away; `null`: they may. */
export function AgentKeys({ whyNotRevoke }: { readonly whyNotRevoke: string | null }) {
  const words = useWords();
  const [search, setSearch] = useSearchParams();
  const nodeId = search.get('node') ?? '';
  return (
    <Section title={words.access.keys}>
      <p>{words.access.keysText}</p>
      <div className={filters['bar']}>
        <NodeField
          className={filters['text']}
          label={words.access.keysNode}
          value={nodeId}
          take={(node) => setSearch(node === '' ? {} : { node }, { replace: true })}
        />
      </div>
      {nodeId !== '' && <KeysOf key={nodeId} nodeId={nodeId} whyNotRevoke={whyNotRevoke} />}
    </Section>
  );
}

interface KeysOfProps {
  readonly nodeId: string;
  readonly whyNotRevoke: string | null;
}

function KeysOf({ nodeId, whyNotRevoke }: KeysOfProps) {
  const words = useWords();
  const api = useApi();
  const queryClient = useQueryClient();
  const whyNotRotate = useWhyNotChange();
  const [isAsked, setAsked] = useState(false);
  const queryKey = queryKeys.credentials(nodeId);
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => valueIn(await api.getCredentials({ id: nodeId, signal })),
  });
  const rotate = useMutation({
    mutationFn: async () => valueIn(await api.rotateCredentials({ id: nodeId, body: {} })),
    onSuccess: (told) => queryClient.setQueryData(queryKey, told),
  });
  return (
    <Asked query={query}>
      {({ keys, isRotationWanted }) => (
        <>
          <div className={filters['bar']}>
            <ActButton whyNot={whyNotRotate} loading={rotate.isPending} onClick={() => rotate.mutate()}>
              {words.access.rotate}
            </ActButton>
            <ActButton danger whyNot={whyNotRevoke} onClick={() => setAsked(true)}>
              {words.access.revokeKeys}
            </ActButton>
          </div>
          {rotate.error !== null && <ProblemNotice error={rotate.error} />}
          {isRotationWanted && <p role="status">{words.access.rotationWanted}</p>}
          <KeyTable keys={keys} />
          {isAsked && (
            <AskDialog
              title={words.access.revokeKeysTitle(nodeId)}
              says={words.access.revokeKeysSays}
              button={words.access.revokeKeysIt}
              keep={words.access.keepIt}
              act={() => api.revokeCredentials({ id: nodeId, body: {} })}
              touched={[queryKey]}
              close={() => setAsked(false)}
            />
          )}
        </>
      )}
    </Asked>
  );
}

function KeyTable({ keys }: Pick<NodeCredentials, 'keys'>) {
  const words = useWords();
  if (keys.length === 0) return <p>{words.access.keysNone}</p>;
  return (
    <PlainTable
      label={words.access.keys}
      rows={keys}
      keyOf={({ publicKey, since }) => `${publicKey} ${since}`}
      columns={[
        { title: words.access.key, isLong: true, cell: ({ publicKey }) => <code>{publicKey}</code> },
        { title: words.access.since, cell: ({ since }) => <When at={since} /> },
        { title: words.access.revoked, cell: ({ revokedAt }) => <When at={revokedAt} /> },
      ]}
    />
  );
}
