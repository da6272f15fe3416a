/** The fleet at a glance: what needs somebody, how many of which status, where they are, what has changed. */
import { useId, useMemo, useState } from 'react';
import { useSearchParams } from 'react-router';
import { countByStatus } from '../../fleet-view/count-by-status.ts';
import { GROUPING_FIELDS, type Grouping, groupingIn, labelKeys, labelOf } from '../../fleet-view/group-nodes.ts';
import { useLanguage, type Words } from '../../i18n/words.tsx';
import { useFleet } from '../../live/live-fleet.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { remember, remembered } from '../../ui/remembered.ts';
import { AttentionList } from './attention-list.tsx';
import { FleetMap } from './fleet-map.tsx';
import styles from './fleet-page.module.css';
import { NoNodes } from './no-nodes.tsx';
import { RecentChanges } from './recent-changes.tsx';
import { StatusCounts } from './status-counts.tsx';

export function FleetPage() {
  const { words } = useLanguage();
  const { nodes, isKnown } = useFleet();
  const counts = useMemo(() => countByStatus(nodes), [nodes]);
  const [grouping, choose] = useGrouping();
  if (!isKnown) return <Page title={words.fleet.title}>{null}</Page>;
  if (nodes.length === 0)
    return (
      <Page title={words.fleet.title}>
        <NoNodes />
      </Page>
    );
  return (
    <Page
      title={words.fleet.title}
      aside={`${words.fleet.total(counts.total)} · ${words.fleet.sessions(counts.sessions)}`}
    >
      <StatusCounts counts={counts} />
      <div className={styles['columns']}>
        <AttentionList nodes={nodes} />
        <Section title={words.fleet.map} aside={<GroupingChoice grouping={grouping} choose={choose} />}>
          <FleetMap nodes={nodes} grouping={grouping} />
        </Section>
        <RecentChanges />
      </div>
    </Page>
  );
}

interface GroupingChoiceProps {
  readonly grouping: Grouping;
  readonly choose: (grouping: Grouping) => void;
}

function GroupingChoice({ grouping, choose }: GroupingChoiceProps) {
  const { words } = useLanguage();
  const { nodes } = useFleet();
  const id = useId();
  // Which labels there are is looked up when somebody comes to the choice, not at each change of any node.
  const [keys, setKeys] = useState<readonly string[]>([]);
  const groupings: readonly Grouping[] = [...GROUPING_FIELDS, ...keys.map((key): Grouping => `label:${key}`)];
  const shown = groupings.includes(grouping) ? groupings : [...groupings, grouping];
  return (
    <>
      <label htmlFor={id} className={styles['groupBy'] ?? ''}>
        {words.fleet.groupBy}
      </label>
      <select
        id={id}
        className={styles['choice']}
        value={grouping}
        onChange={(event) => choose(groupingIn(event.target.value) ?? grouping)}
        onFocus={() => setKeys(labelKeys(nodes))}
      >
        {shown.map((each) => (
          <option key={each} value={each}>
            {groupingInWords(each, words)}
          </option>
        ))}
      </select>
    </>
  );
}

function groupingInWords(grouping: Grouping, words: Words): string {
  const field = GROUPING_FIELDS.find((each) => each === grouping);
  return field === undefined ? words.fleet.groupByLabel(labelOf(grouping) ?? '') : words.fleet.groupings[field];
}

/** In the URL, so that a link shows the same map; what was chosen last otherwise. */
function useGrouping(): readonly [grouping: Grouping, choose: (grouping: Grouping) => void] {
  const [search, setSearch] = useSearchParams();
  const grouping = groupingIn(search.get('group')) ?? groupingIn(remembered('map-grouping')) ?? 'type';
  return [
    grouping,
    (chosen) => {
      remember('map-grouping', chosen);
      setSearch({ group: chosen }, { replace: true });
    },
  ];
}
