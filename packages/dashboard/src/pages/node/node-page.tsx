/** One node, in the order in which somebody looks who was woken by it: how it is and why, what is under way, its load, what it is, what it has been. */
import type { Node } from '@sluice/contract';
import { useParams } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { useFleet, useNode } from '../../live/live-fleet.tsx';
import { Page } from '../../ui/page.tsx';
import { NodeStatusMark } from '../../ui/status-mark.tsx';
import { About } from './about.tsx';
import { Commands } from './commands.tsx';
import { DrainProgress } from './drain-progress.tsx';
import { History } from './history.tsx';
import { LoadCharts } from './load-charts.tsx';
import { Metadata } from './metadata.tsx';
import { NodeHead } from './node-head.tsx';
import styles from './node-page.module.css';
import { UnderWay } from './under-way.tsx';
import { Why } from './why.tsx';

export function NodePage() {
  const words = useWords();
  const { id = '' } = useParams();
  const node = useNode(id);
  const { isKnown } = useFleet();
  if (node !== undefined) return <KnownNode key={id} node={node} />;
  return isKnown ? (
    <Page title={words.node.notFoundTitle(id)}>
      <p>{words.node.notFoundText}</p>
      {/* One that has left the fleet has its history still. */}
      <History nodeId={id} />
    </Page>
  ) : null;
}

function KnownNode({ node }: { readonly node: Node }) {
  const { id } = node;
  return (
    <Page title={node.name} aside={<NodeStatusMark status={node.status} />}>
      <NodeHead node={node} />
      <div className={styles['columns']}>
        <div className={styles['column']}>
          <Why id={id} />
          <DrainProgress node={node} />
          <UnderWay nodeId={id} />
          <LoadCharts node={node} />
        </div>
        <div className={styles['column']}>
          <About node={node} />
          <Commands node={node} />
        </div>
      </div>
      <Metadata nodeId={id} />
      <History nodeId={id} />
    </Page>
  );
}
