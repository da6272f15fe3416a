/** The metadata of a node: as it is, and the way to change it. */
import { useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { queryKeys } from '../../api/query-keys.ts';
import type { MetadataVersion } from '../../fleet-view/metadata-draft.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import { readMetadata } from './metadata-version.ts';
import styles from './metadata.module.css';

const MetadataEditor = lazy(async () => ({ default: (await import('./metadata-editor.tsx')).MetadataEditor }));

export function Metadata({ nodeId }: { readonly nodeId: string }) {
  const words = useWords();
  const api = useApi();
  const whyNot = useWhyNotChange();
  const query = useQuery({
    queryKey: queryKeys.metadata(nodeId),
    queryFn: ({ signal }) => readMetadata(api, nodeId, signal),
  });
  const { data: current } = query;
  const [edited, setEdited] = useState<MetadataVersion | null>(null);
  const edit =
    current === undefined || edited !== null ? null : (
      <ActButton size="small" whyNot={whyNot} onClick={() => setEdited(current)}>
        {words.metadata.edit}
      </ActButton>
    );
  return (
    <Section title={words.metadata.title} aside={edit}>
      <Asked query={query}>
        {(version) =>
          edited === null ? (
            <Shown text={version.text} />
          ) : (
            <Suspense fallback={<Shown text={version.text} />}>
              <MetadataEditor nodeId={nodeId} begun={edited} current={version} close={() => setEdited(null)} />
            </Suspense>
          )
        }
      </Asked>
    </Section>
  );
}

function Shown({ text }: { readonly text: string }) {
  const words = useWords();
  if (text === 'null') return <p>{words.metadata.none}</p>;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <pre className={styles['shown']} role="region" aria-label={words.metadata.shown} tabIndex={0}>
      {text}
    </pre>
  );
}
