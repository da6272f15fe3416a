/** Who did what, the newest first. */
import { hasRole } from '@sluice/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useApi, useSession } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { NeedsRole } from '../../ui/needs-role.tsx';
import { Page } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { When } from '../../ui/when.tsx';

export function AuditPage() {
  const words = useWords();
  const session = useSession();
  return (
    <Page title={words.audit.title}>
      {hasRole(session, 'operator') ? <AuditTable /> : <NeedsRole needed="operator" />}
    </Page>
  );
}

function AuditTable() {
  const words = useWords();
  const api = useApi();
  const query = useQuery({
    queryKey: queryKeys.audit({}),
    queryFn: async ({ signal }) => valueIn(await api.listAudit({ signal })),
  });
  return (
    <Asked query={query}>
      {({ items }) =>
        items.length === 0 ? (
          <p>{words.audit.none}</p>
        ) : (
          <PlainTable
            label={words.audit.title}
            rows={items}
            keyOf={({ sequence }) => String(sequence)}
            columns={[
              { title: words.audit.at, cell: ({ at }) => <When at={at} /> },
              { title: words.audit.who, cell: ({ actor }) => actor.name },
              { title: words.audit.what, cell: ({ action }) => action },
              {
                title: words.audit.node,
                cell: ({ nodeId }) => nodeId !== null && <Link to={paths.node(nodeId)}>{nodeId}</Link>,
              },
              { title: words.audit.result, cell: ({ result }) => result.code ?? result.status },
              { title: words.audit.from, cell: ({ actor }) => actor.address },
            ]}
          />
        )
      }
    </Asked>
  );
}
