/** Below the name: which node it is, whether anything is heard of it, and what can be done with it. */
import type { Node } from '@sluice/contract';
import { Button } from 'antd';
import { ActButtons } from '../../acting/act-buttons.tsx';
import { useWords } from '../../i18n/words.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { When } from '../../ui/when.tsx';
import { COMMANDS_ID } from './commands.tsx';
import { LockNotice } from './lock-notice.tsx';
import styles from './node-head.module.css';
import { useCommands } from './use-commands.ts';

export function NodeHead({ node }: { readonly node: Node }) {
  const words = useWords();
  const { data: commands } = useCommands(node.id);
  const offersReboot = commands?.items.some(({ name, builtIn }) => builtIn && name === 'reboot') ?? false;
  return (
    <>
      <div className={styles['head']}>
        <div className={styles['who']}>
          <code>{node.id}</code>
          <CopyButton text={node.id} />
          <span>{node.type}</span>
          <span className={node.connected ? undefined : styles['silent']}>
            {node.connected ? (
              words.node.connected
            ) : (
              <>
                {words.node.notConnected} <When at={node.lastSeenAt} />
              </>
            )}
          </span>
        </div>
        <div className={styles['acts']}>
          <ActButtons nodes={[node]} offersReboot={offersReboot} />
          <Button href={`#${COMMANDS_ID}`}>{words.node.toCommands}</Button>
        </div>
      </div>
      <LockNotice node={node} />
    </>
  );
}
