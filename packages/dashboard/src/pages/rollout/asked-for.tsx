/** What the rollout was asked for with, by whom, when and why. */
import type { Rollout } from '@sluice/contract';
import { useWords } from '../../i18n/words.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Section } from '../../ui/page.tsx';
import { specInWords } from '../../ui/rollout-spec-in-words.ts';
import { When } from '../../ui/when.tsx';

export function AskedFor({ rollout: { id, spec, createdBy, createdAt } }: { readonly rollout: Rollout }) {
  const words = useWords();
  return (
    <Section title={words.rollouts.asked}>
      <Facts
        facts={[
          ...specInWords(spec, words),
          [words.rollouts.reason, spec.reason ?? null],
          [words.rollouts.by, createdBy],
          [words.rollouts.started, <When key="started" at={createdAt} />],
          [words.rollouts.id, <code key="id">{id}</code>],
        ]}
      />
    </Section>
  );
}
