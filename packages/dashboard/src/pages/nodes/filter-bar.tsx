/** What the table shows: a text, types, statuses, a selector. All of it stands in the URL. */
import { NODE_STATUSES, type NodeStatus } from '@sluice/contract';
import { Button, Input, Select } from 'antd';
import { useId } from 'react';
import { NO_FILTER, type NodeFilter } from '../../fleet-view/node-filter.ts';
import { useWords } from '../../i18n/words.tsx';
import styles from '../../ui/filters.module.css';

interface FilterBarProps {
  readonly filter: NodeFilter;
  readonly change: (filter: NodeFilter) => void;
  /** Every type of the fleet. */
  readonly types: readonly string[];
  /** `null`: the selector can be read, or there is none. */
  readonly selectorProblem: string | null;
}

export function FilterBar({ filter, change, types, selectorProblem }: FilterBarProps) {
  const words = useWords();
  const problemId = useId();
  const { text, types: chosenTypes, statuses, selector } = filter;
  const isFiltered = text !== '' || chosenTypes.length > 0 || statuses.length > 0 || selector !== '';
  return (
    <search className={styles['bar']}>
      <Input
        className={styles['text'] ?? ''}
        aria-label={words.nodes.text}
        placeholder={words.nodes.textHint}
        allowClear
        value={filter.text}
        onChange={({ target }) => change({ ...filter, text: target.value })}
      />
      <Select
        className={styles['choice'] ?? ''}
        mode="multiple"
        aria-label={words.nodes.type}
        placeholder={words.nodes.type}
        maxTagCount="responsive"
        value={[...filter.types]}
        onChange={(chosen) => change({ ...filter, types: chosen })}
        options={types.map((type) => ({ value: type, label: type }))}
      />
      <Select<NodeStatus[]>
        className={styles['choice'] ?? ''}
        mode="multiple"
        aria-label={words.nodes.status}
        placeholder={words.nodes.status}
        maxTagCount="responsive"
        value={[...filter.statuses]}
        onChange={(chosen) => change({ ...filter, statuses: chosen })}
        options={NODE_STATUSES.map((status) => ({ value: status, label: words.status.node[status] }))}
      />
      <Input
        className={styles['text'] ?? ''}
        aria-label={words.nodes.selector}
        placeholder={`${words.nodes.selector}: ${words.nodes.selectorHint}`}
        allowClear
        spellCheck={false}
        value={filter.selector}
        aria-describedby={problemId}
        {...(selectorProblem === null ? {} : { status: 'error' })}
        onChange={({ target }) => change({ ...filter, selector: target.value })}
      />
      {isFiltered && (
        <Button type="link" onClick={() => change(NO_FILTER)}>
          {words.nodes.clear}
        </Button>
      )}
      <p id={problemId} className={styles['problem']} role="status">
        {selectorProblem}
      </p>
    </search>
  );
}
