/** Where the chain of events stands, and the commands that prove and export it: for admins of the whole fleet. */
import { useQuery } from '@tanstack/react-query';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWhyNotAdminister } from '../../acting/use-why-not-administer.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Copyable } from '../../ui/copyable.tsx';
import { Section } from '../../ui/page.tsx';

export function ChainHead() {
  const words = useWords();
  const whyNot = useWhyNotAdminister();
  return (
    <Section title={words.audit.proof}>
      <p>{words.audit.proofText}</p>
      {whyNot === null ? <Head /> : <p>{whyNot}</p>}
    </Section>
  );
}

function Head() {
  const words = useWords();
  const api = useApi();
  const query = useQuery({
    queryKey: queryKeys.chainHead,
    // The smallest page: of the answer only the head is looked at.
    queryFn: async ({ signal }) => valueIn(await api.readChain({ query: { limit: '1' }, signal })).head,
  });
  return (
    <Asked query={query}>
      {({ sequence, hash }) => (
        <>
          <h3>{words.audit.head}</h3>
          <Copyable text={`${sequence}:${hash ?? ''}`} />
          <p>{words.audit.verify}</p>
          <Copyable text={`sluice audit verify --expect ${sequence}:${hash ?? ''}`} />
          <p>{words.audit.export}</p>
          <Copyable text={`sluice audit export sluice-audit-${sequence}.jsonl`} />
        </>
      )}
    </Asked>
  );
}
