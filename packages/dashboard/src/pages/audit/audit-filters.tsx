/** Which part of the audit is shown: who, which node, what, when, and whether only refusals. All of it stands in the URL. */
import { Button, Checkbox, Input, Select, Tag } from 'antd';
import { useId } from 'react';
import { type AuditFilter, auditSearch, instantOf, localTime } from '../../fleet-view/audit-filter.ts';
import { useWords } from '../../i18n/words.tsx';
import filters from '../../ui/filters.module.css';
import { NodeField } from '../../ui/node-field.tsx';
import { SuggestField } from '../../ui/suggest-field.tsx';
import styles from './audit-page.module.css';

/** Milliseconds of what is asked most: what has just happened. */
const LAST_MS = { hour: 3_600_000, day: 86_400_000, week: 7 * 86_400_000 } as const;
const LASTS = ['hour', 'day', 'week'] as const;

interface AuditFiltersProps {
  readonly filter: AuditFilter;
  readonly change: (filter: AuditFilter) => void;
  /** Who stands in the list now. */
  readonly people: readonly string[];
}

export function AuditFilters({ filter, change, people }: AuditFiltersProps) {
  const words = useWords();
  const set = (part: Partial<AuditFilter>) => change({ ...filter, ...part });
  return (
    <search className={filters['bar']}>
      <SuggestField
        className={filters['text']}
        label={words.audit.filterActor}
        value={filter.actor}
        take={(actor) => set({ actor })}
        suggest={(typed) => people.filter((name) => name.toLowerCase().includes(typed.trim().toLowerCase()))}
      />
      <NodeField
        className={filters['text']}
        label={words.audit.filterNode}
        value={filter.node}
        take={(node) => set({ node })}
      />
      <Select<string[]>
        className={filters['text'] ?? ''}
        mode="multiple"
        aria-label={words.audit.filterAction}
        placeholder={words.audit.filterAction}
        maxTagCount="responsive"
        optionFilterProp="label"
        popupMatchSelectWidth={false}
        value={[...filter.actions]}
        onChange={(actions) => set({ actions })}
        options={Object.entries(words.audit.actions).map(([value, label]) => ({ value, label }))}
      />
      <TimeField label={words.audit.since} value={filter.since} change={(since) => set({ since })} />
      <TimeField label={words.audit.until} value={filter.until} change={(until) => set({ until })} />
      <span className={styles['lasts']}>
        {LASTS.map((last) => (
          <Button
            key={last}
            size="small"
            onClick={() => set({ since: new Date(Date.now() - LAST_MS[last]).toISOString(), until: '' })}
          >
            {words.audit.last[last]}
          </Button>
        ))}
      </span>
      <Checkbox checked={filter.isRefusedOnly} onChange={({ target }) => set({ isRefusedOnly: target.checked })}>
        {words.audit.refusedOnly}
      </Checkbox>
      {filter.token !== '' && (
        <Tag closable onClose={() => set({ token: '' })}>
          {words.audit.withToken(filter.token)}
        </Tag>
      )}
      {auditSearch(filter).size > 0 && (
        <Button type="link" onClick={() => change(NO_FILTER)}>
          {words.nodes.clear}
        </Button>
      )}
    </search>
  );
}

const NO_FILTER: AuditFilter = {
  actor: '',
  node: '',
  token: '',
  actions: [],
  isRefusedOnly: false,
  since: '',
  until: '',
};

interface TimeFieldProps {
  readonly label: string;
  /** An instant as the API takes it; empty: none. */
  readonly value: string;
  readonly change: (instant: string) => void;
}

/** The browser's own field: it speaks the reader's language, zone and keyboard. */
function TimeField({ label, value, change }: TimeFieldProps) {
  const id = useId();
  return (
    <label className={styles['time']} htmlFor={id}>
      {label}
      <Input
        id={id}
        type="datetime-local"
        value={localTime(value)}
        onChange={({ target }) => change(instantOf(target.value))}
      />
    </label>
  );
}
