/** The operations: what is under way first, then what has ended, the newest first. */
import { useSearchParams } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { usePages } from '../../api/use-pages.ts';
import {
  operationFilterIn,
  type OperationFilter,
  operationQuery,
  operationSearch,
  operationsInOrder,
} from '../../fleet-view/operation-filter.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { OperationFilters } from './operation-filters.tsx';
import { OperationsTable } from './operations-table.tsx';

/** Operations of a page: what fills a screen twice. */
const PAGE_SIZE = '50';

export function OperationsPage() {
  const words = useWords();
  const [search, setSearch] = useSearchParams();
  const filter = operationFilterIn(search);
  const underWay = useOperations(filter, 'under-way');
  const ended = useOperations(filter, 'ended');
  const operations = operationsInOrder(underWay.query.data ?? [], ended.query.data ?? []);
  const { readMore } = underWay.readMore === null ? ended : underWay;
  const isFiltered = operationSearch(filter).size > 0;
  return (
    <Page title={words.operations.title}>
      <OperationFilters
        filter={filter}
        change={(changed) => setSearch(changed, { replace: true })}
        people={[...new Set(operations.map(({ requestedBy }) => requestedBy))]}
      />
      <Asked query={underWay.query}>
        {() => (
          <Asked query={ended.query}>
            {() =>
              operations.length === 0 && readMore === null ? (
                <Section title={words.operations.title}>
                  <p>{isFiltered ? words.operations.noneFiltered : words.operations.none}</p>
                </Section>
              ) : (
                <OperationsTable key={search.toString()} operations={operations}>
                  {readMore !== null && <MoreButton onClick={readMore} />}
                  {(underWay.isCutOff || ended.isCutOff) && <p>{words.operations.narrow}</p>}
                </OperationsTable>
              )
            }
          </Asked>
        )}
      </Asked>
    </Page>
  );
}

function useOperations(filter: OperationFilter, half: 'under-way' | 'ended') {
  const api = useApi();
  const query = operationQuery(filter, half);
  return usePages(
    [...queryKeys.operations(query ?? {}), 'pages', half],
    async (cursor, signal) =>
      valueIn(await api.listOperations({ query: { ...query, ...cursor, limit: PAGE_SIZE }, signal })),
    query !== null,
  );
}
