/** No rollout yet: what one does, and how the first is started. */
import { useWords } from '../../i18n/words.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Section } from '../../ui/page.tsx';
import styles from './rollouts-page.module.css';

const EXAMPLE = [
  'sluice rollouts plan restart --selector type=lobby --max-unavailable 25%',
  'sluice rollouts start restart --selector type=lobby --max-unavailable 25%',
].join('\n');

export function NoRollouts() {
  const words = useWords();
  return (
    <Section title={words.rollouts.emptyTitle}>
      <p className={styles['text']}>{words.rollouts.emptyText}</p>
      <p>{words.rollouts.emptyCommand}</p>
      <Copyable text={EXAMPLE} />
    </Section>
  );
}
