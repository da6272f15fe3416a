/** What the list of operations shows: of which node, by whom, which command, in which status. All of it stands in the URL. */
import type { OperationStatus } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { Button, Select } from 'antd';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { OPERATION_STATUSES, type OperationFilter, operationSearch } from '../../fleet-view/operation-filter.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import styles from '../../ui/filters.module.css';
import { NodeField } from '../../ui/node-field.tsx';
import { SuggestField } from '../../ui/suggest-field.tsx';

interface OperationFiltersProps {
  readonly filter: OperationFilter;
  readonly change: (search: URLSearchParams) => void;
  /** Who stands in the list now. */
  readonly people: readonly string[];
}

export function OperationFilters({ filter, change, people }: OperationFiltersProps) {
  const words = useWords();
  const api = useApi();
  const { data: commands } = useQuery({
    queryKey: queryKeys.commands(null),
    queryFn: async ({ signal }) => valueIn(await api.listCommands({ signal })),
  });
  const set = (part: Partial<OperationFilter>) => change(operationSearch({ ...filter, ...part }));
  return (
    <search className={styles['bar']}>
      <NodeField
        className={styles['text']}
        label={words.operations.filterNode}
        value={filter.node}
        take={(node) => set({ node })}
      />
      <SuggestField
        className={styles['text']}
        label={words.operations.filterBy}
        value={filter.by}
        take={(by) => set({ by })}
        suggest={(typed) => people.filter((name) => name.toLowerCase().includes(typed.trim().toLowerCase()))}
      />
      <Select
        className={styles['choice'] ?? ''}
        aria-label={words.operations.command}
        placeholder={words.operations.command}
        allowClear
        showSearch
        value={filter.command === '' ? null : filter.command}
        onChange={(command: string | undefined) => set({ command: command ?? '' })}
        options={(commands?.items ?? []).map(({ name }) => ({ value: name, label: name }))}
      />
      <Select<OperationStatus[]>
        className={styles['choice'] ?? ''}
        mode="multiple"
        aria-label={words.operations.status}
        placeholder={words.operations.status}
        maxTagCount="responsive"
        value={[...filter.statuses]}
        onChange={(statuses) => set({ statuses })}
        options={OPERATION_STATUSES.map((status) => ({ value: status, label: words.status.operation[status] }))}
      />
      {operationSearch(filter).size > 0 && (
        <Button type="link" onClick={() => change(new URLSearchParams())}>
          {words.nodes.clear}
        </Button>
      )}
    </search>
  );
}
