/** Who gets in: tokens of people and programs, tokens that let agents join, the keys of agents; and what the reader may. */
import { ROLES } from '@sluice/core';
import { useWhyNotAdminister } from '../../acting/use-why-not-administer.ts';
import { useWords } from '../../i18n/words.tsx';
import { useSession } from '../../shell/session-context.tsx';
import { Facts } from '../../ui/facts.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { When } from '../../ui/when.tsx';
import { AgentKeys } from './agent-keys.tsx';
import { JoinTokens } from './join-tokens.tsx';
import { Tokens } from './tokens.tsx';

export function AccessPage() {
  const words = useWords();
  const session = useSession();
  const whyNot = useWhyNotAdminister();
  return (
    <Page title={words.shell.access}>
      <Section title={words.access.mine}>
        <p>{words.access.you(session.name, words.shell.role[session.role])}</p>
        <Facts
          facts={[
            [words.access.nodes, session.selector ?? words.access.allNodes],
            [words.access.ends, session.expiresAt === null ? null : <When key="ends" at={session.expiresAt} />],
          ]}
        />
        <ul>
          {ROLES.map((role) => (
            <li key={role}>{words.access.may[role]}</li>
          ))}
        </ul>
      </Section>
      <JoinTokens whyNot={whyNot} />
      <Tokens whyNot={whyNot} />
      <AgentKeys whyNotRevoke={whyNot} />
    </Page>
  );
}
