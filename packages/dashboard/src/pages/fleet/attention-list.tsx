/** What needs a person now: on top of everything, and one quiet line when nothing does. */
import { useQuery } from '@tanstack/react-query';
import type { Node } from '@sluice/contract';
import { Link } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { type AttentionLine, attentionNow, type Cause, linesOf } from '../../fleet-view/attention.ts';
import { useWords, type Words } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useApi } from '../../shell/session-context.tsx';
import { Section } from '../../ui/page.tsx';
import { NodeStatusMark } from '../../ui/status-mark.tsx';
import { useNow } from '../../ui/use-now.ts';
import { useSteady } from '../../ui/use-steady.ts';
import styles from './attention-list.module.css';
import { PausedRollouts, usePausedRollouts } from './paused-rollouts.tsx';

/** Lines of each cause: with eight causes the list is still seen whole. */
const OF_EACH_MAX = 3;
/** Milliseconds: a restart that failed before is not news. */
const RESTARTS_OF_MS = 3_600_000;

export function AttentionList({ nodes }: { readonly nodes: readonly Node[] }) {
  const words = useWords();
  const now = useNow();
  const found = attentionNow(nodes, useTellingOperations(), now);
  const paused = usePausedRollouts();
  const count = found.length + paused.length;
  const { shown, isOutdated, aiming } = useSteady(linesOf(found, OF_EACH_MAX), keyOf);
  return (
    <Section title={words.fleet.attention} aside={count > 0 && <span className={styles['count']}>{count}</span>}>
      <PausedRollouts rollouts={paused} />
      {shown.length === 0 && paused.length > 0 ? null : shown.length === 0 ? (
        <p className={styles['none']}>
          <span aria-hidden="true">✓</span> {words.fleet.attentionNone}
        </p>
      ) : (
        <ul className={styles['list']} {...aiming}>
          {shown.map((line) => (
            <li key={keyOf(line)}>
              {line.kind === 'node' ? (
                <NodeLine node={line.attention.node}>{inWords(line.attention.cause, words, now)}</NodeLine>
              ) : (
                <Link className={styles['more'] ?? ''} to={placeOf(line)}>
                  {words.fleet.attentionMore(line.count)}
                </Link>
              )}
            </li>
          ))}
        </ul>
      )}
      {isOutdated && <p className={styles['waiting']}>{words.fleet.waiting}</p>}
    </Section>
  );
}

function NodeLine({ node, children }: { readonly node: Node; readonly children: string }) {
  return (
    <>
      <NodeStatusMark status={node.status} />
      <span>
        <Link to={paths.node(node.id)}>{node.id}</Link>: {children}
      </span>
    </>
  );
}

function keyOf(line: AttentionLine): string {
  return line.kind === 'node' ? line.attention.node.id : `${line.cause} more`;
}

/** Where all of them are. */
function placeOf({ cause, status }: Extract<AttentionLine, { kind: 'more' }>): string {
  const isOfOperations = cause === 'restart-failed' || cause === 'confirmation-needed';
  return isOfOperations ? paths.operations() : `${paths.nodes()}?status=${status}`;
}

/** Restarts of the last hour, and what waits to be confirmed. */
function useTellingOperations() {
  const api = useApi();
  const { data: restarts } = useQuery({
    queryKey: queryKeys.operations({ command: 'restart', of: 'the-last-hour' }),
    queryFn: async ({ signal }) => {
      const since = new Date(Date.now() - RESTARTS_OF_MS).toISOString();
      return valueIn(await api.listOperations({ query: { command: 'restart', since, limit: '500' }, signal })).items;
    },
  });
  const { data: queued } = useQuery({
    queryKey: queryKeys.operations({ status: 'queued', of: 'attention' }),
    queryFn: async ({ signal }) =>
      valueIn(await api.listOperations({ query: { status: 'queued', limit: '500' }, signal })).items,
  });
  return [...(restarts ?? []), ...(queued ?? []).filter(({ command }) => command !== 'restart')];
}

function inWords(cause: Cause, words: Words, now: number): string {
  const say = words.fleet.attentionOf;
  const { duration, ago, in: inTime, never, unknown } = words.durations;
  switch (cause.kind) {
    case 'drain-overdue':
      return say[cause.kind](duration(cause.byMs));
    case 'restart-failed':
    case 'drain-hindered':
    case 'sessions-uncounted':
      return say[cause.kind](cause.why);
    case 'offline':
      return say.offline(cause.lastSeenAt === null ? never : ago(now - cause.lastSeenAt));
    case 'unhealthy':
      return say.unhealthy(cause.why ?? words.fleet.unhealthyUnknown);
    case 'drain-near':
      return say[cause.kind](
        inTime(cause.inMs),
        cause.sessions === null ? unknown : words.fleet.sessions(cause.sessions),
      );
    case 'confirmation-needed':
      return say[cause.kind](cause.command);
  }
}
