/** Finds a node by a few letters: type, arrow keys, Enter. */
import { useId, useState } from 'react';
import { useNavigate } from 'react-router';
import { searchNodes } from '../fleet-view/search-nodes.ts';
import { useWords } from '../i18n/words.tsx';
import { useFleet } from '../live/live-fleet.tsx';
import { paths } from '../paths.ts';
import { Dialog } from '../ui/dialog.tsx';
import { NodeStatusMark } from '../ui/status-mark.tsx';
import styles from './search-dialog.module.css';

/** Lines that are seen at once. */
const SHOWN_MAX = 8;

export function SearchDialog({ close }: { readonly close: () => void }) {
  const words = useWords();
  const navigate = useNavigate();
  const { nodes } = useFleet();
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const found = searchNodes(nodes, text);
  const shown = found.slice(0, SHOWN_MAX);
  const chosen = shown[Math.min(at, shown.length - 1)];
  const open = (path: string) => {
    close();
    void navigate(path);
  };
  const more = found.length - shown.length;
  const all = `${paths.nodes()}?${new URLSearchParams({ q: text.trim() }).toString()}`;
  return (
    <Dialog title={words.shell.search} close={close} width={560}>
      <input
        data-first-focus
        className={styles['field']}
        autoComplete="off"
        spellCheck={false}
        role="combobox"
        aria-label={words.shell.search}
        aria-expanded={shown.length > 0}
        aria-controls={listId}
        aria-activedescendant={chosen === undefined ? undefined : `${listId}-${chosen.id}`}
        placeholder={words.shell.searchPlaceholder}
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown') setAt(Math.min(at + 1, shown.length - 1));
          else if (event.key === 'ArrowUp') setAt(Math.max(at - 1, 0));
          else if (event.key === 'Enter' && chosen !== undefined) open(paths.node(chosen.id));
          else return;
          event.preventDefault();
        }}
      />
      <div id={listId} role="listbox" aria-label={words.shell.nodes} className={styles['found']}>
        {shown.map((node) => (
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the keys are those of the field above
          <div
            key={node.id}
            id={`${listId}-${node.id}`}
            role="option"
            tabIndex={-1}
            aria-selected={node === chosen}
            onClick={() => open(paths.node(node.id))}
          >
            <span>
              <bdi>{node.id}</bdi>{' '}
              <span className={styles['soft']}>
                {node.name === node.id ? node.type : `${node.name} · ${node.type}`}
              </span>
            </span>
            <NodeStatusMark status={node.status} />
          </div>
        ))}
      </div>
      {shown.length === 0 && text.trim() !== '' && <p role="status">{words.shell.searchNothing(text.trim())}</p>}
      {more > 0 && (
        <button type="button" className={styles['more']} onClick={() => open(all)}>
          {words.shell.searchMore(more)}
        </button>
      )}
    </Dialog>
  );
}
