/** The workload's own wish not to be interrupted now, and the way past it for who knows better. */
import type { Node } from '@sluice/contract';
import { lazy, Suspense, useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { useWords } from '../../i18n/words.tsx';
import { useNow } from '../../ui/use-now.ts';
import { When } from '../../ui/when.tsx';
import styles from './node-head.module.css';

const ActDialog = lazy(async () => ({ default: (await import('../../acting/act-dialog.tsx')).ActDialog }));

export function LockNotice({ node }: { readonly node: Node }) {
  const words = useWords();
  const whyNot = useWhyNotChange();
  const now = useNow();
  const [isAsked, setAsked] = useState(false);
  const lock = node.workload.locks.find(({ expiresAt }) => Date.parse(expiresAt) > now);
  return (
    <>
      {lock !== undefined && (
        <div className={styles['lock']}>
          <span>
            {words.node.locked(lock.reason)} (<When at={lock.since} />; {words.node.lockExpires}{' '}
            <When at={lock.expiresAt} />)
          </span>
          <ActButton danger size="small" whyNot={whyNot} onClick={() => setAsked(true)}>
            {words.node.restartAnyway}
          </ActButton>
        </div>
      )}
      <Suspense>
        {isAsked && (
          <ActDialog
            action="restart"
            nodeIds={[node.id]}
            given={{ force: true, drainFirst: false }}
            close={() => setAsked(false)}
          />
        )}
      </Suspense>
    </>
  );
}
