/** What the node's agent declares beside drain, undrain and restart. */
import type { Node, NodeCommand } from '@sluice/contract';
import { lazy, Suspense, useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { useWords } from '../../i18n/words.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import styles from './commands.module.css';
import { useCommands } from './use-commands.ts';

/** Where the button at the top of the page leads to. */
export const COMMANDS_ID = 'commands';

const RunDialog = lazy(async () => ({ default: (await import('./run-dialog.tsx')).RunDialog }));

export function Commands({ node }: { readonly node: Node }) {
  const words = useWords();
  const whyNot = useWhyNotChange();
  const [asked, setAsked] = useState<NodeCommand | null>(null);
  const query = useCommands(node.id);
  return (
    <Section title={words.node.commands} id={COMMANDS_ID}>
      <Asked query={query}>
        {({ items }) => {
          const declared = items.filter(({ builtIn }) => !builtIn);
          if (declared.length === 0) return <p>{words.node.commandsNone}</p>;
          return (
            <ul className={styles['commands']}>
              {declared.map((command) => (
                <li key={command.name}>
                  <div>
                    <code>{command.name}</code>{' '}
                    {command.disruptive && <strong className={styles['disruptive']}>{words.node.disruptive}</strong>}
                    <p className={styles['soft']}>{command.description}</p>
                  </div>
                  <ActButton size="small" whyNot={whyNot} onClick={() => setAsked(command)}>
                    {words.node.run(command.name)}
                  </ActButton>
                </li>
              ))}
            </ul>
          );
        }}
      </Asked>
      <Suspense>{asked !== null && <RunDialog node={node} command={asked} close={() => setAsked(null)} />}</Suspense>
    </Section>
  );
}
