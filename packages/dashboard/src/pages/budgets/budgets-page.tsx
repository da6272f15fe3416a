/** Budgets: how many nodes of a group may be out at once, how many are, and who holds a slot. Everybody sees them; admins change them. */
import type { Budget } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotAdminister } from '../../acting/use-why-not-administer.ts';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { useApi } from '../../shell/session-context.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { BudgetDialog } from './budget-dialog.tsx';
import { BudgetTable } from './budget-table.tsx';
import { RemoveDialog } from './remove-dialog.tsx';
import { Slots } from './slots.tsx';

/** Milliseconds: places are taken and given back by everything that happens to a node, most of which is no event of a budget. */
const ASKED_EVERY_MS = 3000;

type Asked =
  | { readonly kind: 'new' }
  | { readonly kind: 'edit'; readonly budget: Budget }
  | { readonly kind: 'remove'; readonly budget: Budget };

export function BudgetsPage() {
  const words = useWords();
  const api = useApi();
  const whyNot = useWhyNotAdminister();
  const [asked, setAsked] = useState<Asked | null>(null);
  const query = useQuery({
    queryKey: queryKeys.budgets,
    queryFn: async ({ signal }) => valueIn(await api.listBudgets({ signal })).items,
    refetchInterval: ASKED_EVERY_MS,
  });
  const close = () => setAsked(null);
  return (
    <Page
      title={words.budgets.title}
      aside={
        <ActButton type="primary" whyNot={whyNot} onClick={() => setAsked({ kind: 'new' })}>
          {words.budgets.create}
        </ActButton>
      }
    >
      <Section title={words.budgets.list}>
        <p>{words.budgets.text}</p>
        <Asked query={query}>
          {(budgets) =>
            budgets.length === 0 ? (
              <p>
                {words.budgets.none} {words.budgets.noneHint}
              </p>
            ) : (
              <BudgetTable
                budgets={budgets}
                whyNot={whyNot}
                edit={(budget) => setAsked({ kind: 'edit', budget })}
                remove={(budget) => setAsked({ kind: 'remove', budget })}
              />
            )
          }
        </Asked>
      </Section>
      <Slots />
      {asked?.kind === 'new' && (
        <BudgetDialog budget={null} taken={query.data?.map(({ name }) => name) ?? []} close={close} />
      )}
      {asked?.kind === 'edit' && <BudgetDialog budget={asked.budget} taken={[]} close={close} />}
      {asked?.kind === 'remove' && <RemoveDialog budget={asked.budget} close={close} />}
    </Page>
  );
}
