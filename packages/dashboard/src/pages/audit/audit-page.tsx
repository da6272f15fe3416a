/** Who did what, and what was refused, the newest first; and how to prove that none of it was changed. */
import { hasRole } from '@sluice/core';
import { useSearchParams } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { usePages } from '../../api/use-pages.ts';
import { auditFilterIn, auditSearch } from '../../fleet-view/audit-filter.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi, useSession } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { MoreButton } from '../../ui/more-button.tsx';
import { NeedsRole } from '../../ui/needs-role.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { AuditFilters } from './audit-filters.tsx';
import { AuditTable } from './audit-table.tsx';
import { ChainHead } from './chain-head.tsx';

/** Entries of a page: what fills a screen twice. */
const PAGE_SIZE = '50';

export function AuditPage() {
  const words = useWords();
  const session = useSession();
  return (
    <Page title={words.audit.title}>{hasRole(session, 'operator') ? <Audit /> : <NeedsRole needed="operator" />}</Page>
  );
}

function Audit() {
  const words = useWords();
  const api = useApi();
  const [search, setSearch] = useSearchParams();
  const filter = auditFilterIn(search);
  const asked = Object.fromEntries(auditSearch(filter));
  const { query, readMore, isCutOff } = usePages([...queryKeys.audit(asked), 'pages'], async (cursor, signal) =>
    valueIn(await api.listAudit({ query: { ...asked, ...cursor, limit: PAGE_SIZE }, signal })),
  );
  const people = [...new Set(query.data?.map(({ actor }) => actor.name))];
  return (
    <>
      <AuditFilters
        filter={filter}
        change={(changed) => setSearch(auditSearch(changed), { replace: true })}
        people={people}
      />
      <Asked query={query}>
        {(entries) =>
          entries.length === 0 && readMore === null ? (
            <Section title={words.audit.entries}>
              <p>{Object.keys(asked).length > 0 ? words.audit.noneFiltered : words.audit.none}</p>
            </Section>
          ) : (
            <AuditTable key={search.toString()} entries={entries}>
              {readMore !== null && <MoreButton onClick={readMore} />}
              {isCutOff && <p>{words.audit.narrow}</p>}
            </AuditTable>
          )
        }
      </Asked>
      <ChainHead />
    </>
  );
}
