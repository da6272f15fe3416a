/** What was asked for: of which node, by whom, from where, when, why, and with which parameters. */
import type { Operation } from '@sluice/contract';
import { Link } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { Facts } from '../../ui/facts.tsx';
import { Section } from '../../ui/page.tsx';
import { When } from '../../ui/when.tsx';

export function Request({ operation }: { readonly operation: Operation }) {
  const words = useWords();
  const { id, command, nodeId, requestedBy, requestedFrom, createdAt, reason, parameters } = operation;
  const given = Object.entries(parameters);
  return (
    <Section title={words.operations.created}>
      <Facts
        facts={[
          [words.operations.id, <code key="id">{id}</code>],
          [words.operations.command, command],
          [
            words.operations.node,
            <Link key="node" to={paths.node(nodeId)}>
              {nodeId}
            </Link>,
          ],
          [words.operations.by, requestedBy],
          [words.operations.from, requestedFrom],
          [words.operations.created, <When key="created" at={createdAt} />],
          [words.operations.reason, reason],
          [
            words.operations.parameters,
            given.length === 0 ? (
              words.operations.noParameters
            ) : (
              <ul key="parameters">
                {given.map(([name, value]) => (
                  <li key={name}>
                    <code>
                      {name}={JSON.stringify(value)}
                    </code>
                  </li>
                ))}
              </ul>
            ),
          ],
        ]}
      />
    </Section>
  );
}
