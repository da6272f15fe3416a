/** One node: what is true of it now, and why. */
import { bytesInWords } from '@sluice/core';
import { useQuery } from '@tanstack/react-query';
import { Alert } from 'antd';
import { useParams } from 'react-router';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useFleet, useNode } from '../../live/live-fleet.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { NodeStatusMark } from '../../ui/status-mark.tsx';
import { When } from '../../ui/when.tsx';

export function NodePage() {
  const words = useWords();
  const { id = '' } = useParams();
  const node = useNode(id);
  const { isKnown } = useFleet();
  if (node === undefined) {
    return isKnown ? (
      <Page title={words.node.notFoundTitle(id)}>
        <p>{words.node.notFoundText}</p>
      </Page>
    ) : null;
  }
  const { load, workload, holds } = node;
  return (
    <Page title={node.name} aside={<NodeStatusMark status={node.status} />}>
      <Why id={id} />
      <Section title={words.node.about}>
        <Facts
          facts={[
            [words.nodes.column.id, node.id],
            [words.node.type, node.type],
            [words.node.address, node.port === null ? node.ip : `${node.ip}:${node.port}`],
            [words.node.place, [node.region, node.zone].filter((place) => place !== null).join(' · ') || null],
            [words.node.version, node.version],
            [
              words.node.labels,
              Object.entries(node.labels)
                .map(([key, value]) => `${key}=${value}`)
                .join(', ') || null,
            ],
            [words.node.sessions, load.sessions ?? words.durations.unknown],
            [words.node.cpu, load.cpuPercent === null ? null : `${load.cpuPercent.toFixed(0)} %`],
            [words.node.memory, load.memoryBytes === null ? null : bytesInWords(load.memoryBytes)],
            [
              words.node.workload,
              `${words.status.workload[workload.phase]}, ${words.node.incarnation(workload.incarnation)}`,
            ],
            [words.node.agent, node.connected ? words.node.connected : <When key="seen" at={node.lastSeenAt} />],
            [
              words.node.holds,
              holds
                .map(({ name, owner, reason }) => `${name} (${owner}${reason === null ? '' : `: ${reason}`})`)
                .join(', ') || null,
            ],
            [words.node.created, <When key="created" at={node.createdAt} />],
          ]}
        />
      </Section>
    </Page>
  );
}

const SEVERITIES = { info: 'info', warning: 'warning', error: 'error' } as const;

function Why({ id }: { readonly id: string }) {
  const words = useWords();
  const api = useApi();
  const query = useQuery({
    queryKey: queryKeys.why(id),
    queryFn: async ({ signal }) => valueIn(await api.whyNode({ id, signal })),
  });
  return (
    <Section title={words.node.why}>
      <Asked query={query}>
        {({ summary, causes }) => (
          <>
            <p>{summary}</p>
            {causes.map(({ code, severity, text }) => (
              <Alert key={`${code} ${text}`} type={SEVERITIES[severity]} title={text} showIcon />
            ))}
          </>
        )}
      </Asked>
    </Section>
  );
}
