/** Every node of the fleet. */
import { Link } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { useFleet } from '../../live/live-fleet.tsx';
import { paths } from '../../paths.ts';
import { Page } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { NodeStatusMark } from '../../ui/status-mark.tsx';

export function NodesPage() {
  const words = useWords();
  const { nodes } = useFleet();
  return (
    <Page title={words.nodes.title}>
      <PlainTable
        label={words.nodes.title}
        rows={nodes}
        keyOf={({ id }) => id}
        columns={[
          { title: words.nodes.column.id, cell: ({ id }) => <Link to={paths.node(id)}>{id}</Link> },
          { title: words.nodes.column.status, cell: ({ status }) => <NodeStatusMark status={status} /> },
          { title: words.nodes.column.type, cell: ({ type }) => type },
          { title: words.nodes.column.sessions, cell: ({ load }) => load.sessions },
        ]}
      />
    </Page>
  );
}
