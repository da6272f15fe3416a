/** What differs between two texts, line by line, with some lines around it. */
import { lineHunks } from '../fleet-view/line-diff.ts';
import { useWords } from '../i18n/words.tsx';
import styles from './diff-view.module.css';

interface DiffViewProps {
  readonly before: string;
  readonly after: string;
}

export function DiffView({ before, after }: DiffViewProps) {
  const words = useWords();
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls must be reached by the keyboard
    <div className={styles['diff']} role="region" aria-label={words.metadata.changes} tabIndex={0}>
      {lineHunks(before, after).map(({ oldStart, newStart, lines }) => (
        <pre key={`${oldStart} ${newStart}`}>
          {lines.map((line, index) => (
            <Line key={index} line={line} />
          ))}
        </pre>
      ))}
    </div>
  );
}

function Line({ line }: { readonly line: string }) {
  const words = useWords();
  const mark = line.slice(0, 1);
  if (mark === '+') return <ins title={words.metadata.added}>{line}</ins>;
  if (mark === '-') return <del title={words.metadata.removed}>{line}</del>;
  return <span>{line}</span>;
}
