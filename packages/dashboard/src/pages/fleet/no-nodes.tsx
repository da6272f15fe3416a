/** A fleet without nodes: how to get the first one. */
import { hasRole } from '@sluice/core';
import { Link } from 'react-router';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useSession } from '../../shell/session-context.tsx';
import { agentCommand, agentYaml } from '../../ui/agent-yaml.ts';
import { Copyable } from '../../ui/copyable.tsx';
import { Section } from '../../ui/page.tsx';

export function NoNodes() {
  const words = useWords();
  const session = useSession();
  if (session.selector !== null) return <p>{words.fleet.emptyScope}</p>;
  return (
    <Section title={words.fleet.emptyTitle}>
      <p>{words.fleet.emptyText}</p>
      <Copyable text={agentYaml(location.origin, null)} />
      <Copyable text={agentCommand('…')} />
      <p>
        {words.fleet.emptyJoin} {hasRole(session, 'admin') && <Link to={paths.access()}>{words.shell.access}</Link>}
      </p>
      <Copyable text="sluice join-tokens create" />
      <p>{words.fleet.emptyDemo}</p>
    </Section>
  );
}
