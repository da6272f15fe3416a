/** The operations, the newest first. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Page } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { OperationStatusMark } from '../../ui/status-mark.tsx';
import { When } from '../../ui/when.tsx';

export function OperationsPage() {
  const words = useWords();
  const api = useApi();
  const query = useQuery({
    queryKey: queryKeys.operations({}),
    queryFn: async ({ signal }) => valueIn(await api.listOperations({ signal })),
  });
  return (
    <Page title={words.operations.title}>
      <Asked query={query}>
        {({ items }) =>
          items.length === 0 ? (
            <p>{words.operations.none}</p>
          ) : (
            <PlainTable
              label={words.operations.title}
              rows={items}
              keyOf={({ id }) => id}
              columns={[
                {
                  title: words.operations.command,
                  cell: ({ id, command }) => <Link to={paths.operation(id)}>{command}</Link>,
                },
                { title: words.operations.node, cell: ({ nodeId }) => <Link to={paths.node(nodeId)}>{nodeId}</Link> },
                { title: words.operations.status, cell: ({ status }) => <OperationStatusMark status={status} /> },
                { title: words.operations.by, cell: ({ requestedBy }) => requestedBy },
                { title: words.operations.created, cell: ({ createdAt }) => <When at={createdAt} /> },
                { title: words.operations.ended, cell: ({ endedAt }) => <When at={endedAt} /> },
                { title: words.operations.reason, cell: ({ reason }) => reason },
              ]}
            />
          )
        }
      </Asked>
    </Page>
  );
}
