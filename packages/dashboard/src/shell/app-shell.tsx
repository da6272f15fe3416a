/** What all pages stand in: the navigation, who is here, whether it is live, what is wrong with everything at once, and the keys. */
import { Suspense, useCallback, useState } from 'react';
import { NavLink, Outlet, useNavigate } from 'react-router';
import { useWords } from '../i18n/words.tsx';
import { LiveFleetProvider } from '../live/live-fleet.tsx';
import { paths } from '../paths.ts';
import { AccountMenu } from './account-menu.tsx';
import styles from './app-shell.module.css';
import { Banners } from './banners.tsx';
import { KeysDialog } from './keys-dialog.tsx';
import { LiveMark } from './live-mark.tsx';
import { LoadAhead } from './load-ahead.tsx';
import { SearchDialog } from './search-dialog.tsx';
import { useApi } from './session-context.tsx';
import type { Shortcut } from './shortcuts.ts';
import { useShortcuts } from './use-shortcuts.ts';

const PAGES = ['fleet', 'nodes', 'rollouts', 'operations', 'budgets', 'audit', 'access'] as const;

export function AppShell() {
  const words = useWords();
  const api = useApi();
  const navigate = useNavigate();
  const [dialog, setDialog] = useState<'search' | 'help' | null>(null);
  const act = useCallback(
    (shortcut: Shortcut) => {
      if (shortcut === 'search' || shortcut === 'help') setDialog(shortcut);
      else void navigate(paths[shortcut]());
    },
    [navigate],
  );
  useShortcuts(act);
  const close = () => setDialog(null);
  return (
    <LiveFleetProvider api={api}>
      <a className={styles['skip']} href="#content">
        {words.shell.skipToContent}
      </a>
      <div className={styles['shell']}>
        <header className={styles['top']}>
          <NavLink className={styles['brand'] ?? ''} to={paths.fleet()}>
            <img src="/sluice.svg" alt="" width={20} height={20} />
            {words.shell.product}
          </NavLink>
          <button type="button" className={styles['search']} onClick={() => setDialog('search')}>
            <span>{words.shell.search}</span>
            <kbd aria-hidden="true">/</kbd>
          </button>
          <LiveMark />
          <AccountMenu showKeys={() => setDialog('help')} />
        </header>
        <nav className={styles['nav']} aria-label={words.shell.navigation}>
          {PAGES.map((page) => (
            <NavLink key={page} to={paths[page]()} end={page === 'fleet'}>
              {words.shell[page]}
            </NavLink>
          ))}
          <a href="/docs">{words.shell.apiDocs}</a>
        </nav>
        <main id="content" className={styles['content']} tabIndex={-1}>
          <Banners />
          <Suspense>
            <Outlet />
          </Suspense>
        </main>
      </div>
      <LoadAhead />
      {dialog === 'search' && <SearchDialog close={close} />}
      {dialog === 'help' && <KeysDialog close={close} />}
    </LiveFleetProvider>
  );
}
