/** The load of the last hour, and now. */
import type { Node } from '@sluice/contract';
import { bytesInWords } from '@sluice/core';
import { useQuery } from '@tanstack/react-query';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { loadLines, spanOf } from '../../fleet-view/load-lines.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import { TimeChart } from '../../ui/time-chart.tsx';
import styles from './load-charts.module.css';

/** Milliseconds: of a history with a value a minute, of which the newest is live anyway. */
const ASKED_EVERY_MS = 20_000;
/** CSS pixels. */
const HEIGHT = 110;

interface Measure {
  readonly line: 'sessions' | 'cpuPercent' | 'memoryBytes';
  readonly word: 'sessions' | 'cpu' | 'memory';
  readonly unit: 'count' | 'bytes';
  readonly inWords: (value: number) => string;
}

const MEASURES: readonly Measure[] = [
  { line: 'sessions', word: 'sessions', unit: 'count', inWords: String },
  { line: 'cpuPercent', word: 'cpu', unit: 'count', inWords: (value) => `${Math.round(value)} %` },
  { line: 'memoryBytes', word: 'memory', unit: 'bytes', inWords: bytesInWords },
];

export function LoadCharts({ node }: { readonly node: Node }) {
  const words = useWords();
  const api = useApi();
  const { id, load } = node;
  const query = useQuery({
    queryKey: queryKeys.load(id),
    queryFn: async ({ signal }) => valueIn(await api.loadHistory({ id, signal })),
    refetchInterval: ASKED_EVERY_MS,
  });
  return (
    <Section title={words.node.load}>
      {load.problem !== null && <p className={styles['problem']}>{load.problem}</p>}
      <Asked query={query}>
        {(history) => {
          const { times, ...lines } = loadLines(history, node);
          return MEASURES.map(({ line, word, unit, inWords }) => {
            const now = load[line] === null ? words.durations.unknown : inWords(load[line]);
            const span = spanOf(lines[line]);
            const note =
              span === null ? words.node.spanUnknown : words.node.span(inWords(span.least), inWords(span.most));
            return (
              <div key={line}>
                <h3 className={styles['head']}>
                  {words.node[word]}{' '}
                  <span className={styles['now']}>{node.connected ? words.node.nowOf(now) : now}</span>
                </h3>
                <TimeChart
                  label={words.node.chartOf(words.node[word], now, note)}
                  height={HEIGHT}
                  times={times}
                  lines={[{ values: lines[line], colour: 'accent', style: 'measured' }]}
                  unit={unit}
                  inWords={inWords}
                  note={note}
                  group={`load of ${id}`}
                />
              </div>
            );
          });
        }}
      </Asked>
    </Section>
  );
}
