/** One operation: how far it is, and what came of it. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { OperationStatusMark } from '../../ui/status-mark.tsx';
import { When } from '../../ui/when.tsx';

export function OperationPage() {
  const words = useWords();
  const api = useApi();
  const { id = '' } = useParams();
  const query = useQuery({
    queryKey: queryKeys.operation(id),
    queryFn: async ({ signal }) => valueIn(await api.getOperation({ id, signal })),
  });
  const { data: operation } = query;
  return (
    <Page title={operation === undefined ? id : words.operations.operationOf(operation.command, operation.nodeId)}>
      <Asked query={query}>
        {({ nodeId, status, phase, requestedBy, createdAt, endedAt, reason, error, output }) => (
          <>
            <Section title={words.operations.status}>
              <Facts
                facts={[
                  [words.operations.status, <OperationStatusMark key="status" status={status} />],
                  [words.operations.phase, phase],
                  [
                    words.operations.node,
                    <Link key="node" to={paths.node(nodeId)}>
                      {nodeId}
                    </Link>,
                  ],
                  [words.operations.by, requestedBy],
                  [words.operations.reason, reason],
                  [words.operations.created, <When key="created" at={createdAt} />],
                  [words.operations.ended, <When key="ended" at={endedAt} />],
                  [words.operations.error, error === null ? null : error.message],
                ]}
              />
            </Section>
            <Section title={words.operations.output}>
              {output === null || output === '' ? <p>{words.operations.noOutput}</p> : <pre>{output}</pre>}
            </Section>
          </>
        )}
      </Asked>
    </Page>
  );
}
