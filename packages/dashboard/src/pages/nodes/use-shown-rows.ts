/** The rows as they are shown: as filter and order want them, unless somebody aims at one of them. */
import { useState } from 'react';
import { rowsToShow } from '../../fleet-view/frozen-order.ts';

interface ShownRows {
  readonly ids: readonly string[];
  /** Whether another order, or other rows, wait to be shown. */
  readonly isOutdated: boolean;
  readonly aim: (isAimedAt: boolean) => void;
  /** Shows what waits, whoever aims. */
  readonly refresh: () => void;
}

/** @param question What was asked for: another filter or order is shown at once, whoever aims. */
export function useShownRows(wanted: readonly string[], question: string): ShownRows {
  const [isAimedAt, aim] = useState(false);
  const [kept, setKept] = useState({ ids: wanted, question });
  const { ids, isOutdated } = rowsToShow(kept.ids, wanted, isAimedAt && kept.question === question);
  // What is shown now is what stays in its place later.
  if (kept.ids !== ids || kept.question !== question) setKept({ ids, question });
  return { ids, isOutdated, aim, refresh: () => setKept({ ids: wanted, question }) };
}
