/** Whether what is shown is true now: a shape, a word and a colour. */
import { useWords } from '../i18n/words.tsx';
import { useFeedState } from '../live/live-fleet.tsx';
import styles from './live-mark.module.css';

export function LiveMark() {
  const words = useWords();
  const { kind } = useFeedState();
  const isLost = kind === 'lost' || kind === 'refused';
  const text = kind === 'live' ? words.shell.live : kind === 'connecting' ? words.shell.connecting : words.shell.lost;
  return (
    <span className={styles['mark']} data-state={isLost ? 'lost' : kind}>
      <span aria-hidden="true">{isLost ? '✕' : kind === 'live' ? '●' : '◌'}</span>{' '}
      <span className={styles['text']}>{text}</span>
    </span>
  );
}
