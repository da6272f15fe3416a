/** Slots: places in budgets that machines hold by FleetLock or `sluice with-slot`, each with the button that frees it. */
import type { Slot } from '@sluice/contract';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActButton } from '../../acting/act-button.tsx';
import { useWhyNotChange } from '../../acting/use-why-not-change.ts';
import { valueIn } from '../../api/problem-error.ts';
import { queryKeys } from '../../api/query-keys.ts';
import { useWords } from '../../i18n/words.tsx';
import { paths } from '../../paths.ts';
import { useApi } from '../../shell/session-context.tsx';
import { AskDialog } from '../../ui/ask-dialog.tsx';
import { Asked } from '../../ui/asked.tsx';
import { Section } from '../../ui/page.tsx';
import { PlainTable } from '../../ui/plain-table.tsx';
import { When } from '../../ui/when.tsx';

export function Slots() {
  const words = useWords();
  const api = useApi();
  const whyNot = useWhyNotChange();
  const [asked, setAsked] = useState<Slot | null>(null);
  const query = useQuery({
    queryKey: queryKeys.slots,
    queryFn: async ({ signal }) => valueIn(await api.listSlots({ signal })).items,
  });
  return (
    <Section title={words.budgets.slots}>
      <p>{words.budgets.slotsText}</p>
      <Asked query={query}>
        {(slots) =>
          slots.length === 0 ? (
            <p>{words.budgets.slotsNone}</p>
          ) : (
            <PlainTable
              label={words.budgets.slots}
              rows={slots}
              keyOf={({ group, id }) => JSON.stringify([group, id])}
              columns={[
                { title: words.budgets.slot, isLong: true, cell: ({ id }) => <code>{id}</code> },
                { title: words.budgets.group, cell: ({ group }) => group },
                {
                  title: words.budgets.node,
                  isLong: true,
                  cell: ({ nodeIds }) =>
                    nodeIds.map((nodeId, index) => (
                      <span key={nodeId}>
                        {index > 0 && ', '}
                        <Link to={paths.node(nodeId)}>{nodeId}</Link>
                      </span>
                    )),
                },
                { title: words.budgets.taken, cell: ({ takenAt }) => <When at={takenAt} /> },
                { title: words.budgets.takenWith, cell: ({ takenBy }) => takenBy },
                {
                  title: words.budgets.act,
                  cell: (slot) => (
                    <ActButton
                      size="small"
                      whyNot={whyNot}
                      label={words.budgets.freeOf(slot.id)}
                      onClick={() => setAsked(slot)}
                    >
                      {words.budgets.free}
                    </ActButton>
                  ),
                },
              ]}
            />
          )
        }
      </Asked>
      {asked !== null && (
        <AskDialog
          title={words.budgets.freeTitle(asked.id)}
          says={words.budgets.freeSays}
          button={words.budgets.freeIt}
          keep={words.access.keepIt}
          act={() => api.releaseSlot({ group: asked.group, id: asked.id })}
          touched={[queryKeys.slots, queryKeys.budgets]}
          close={() => setAsked(null)}
        />
      )}
    </Section>
  );
}
