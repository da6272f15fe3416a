/** A list that stands still while somebody aims at one of its lines. */
import { useState } from 'react';
import { rowsToShow } from '../fleet-view/frozen-order.ts';

interface Steady<T> {
  readonly shown: readonly T[];
  /** Whether there is more, or another order, to be shown when nobody aims any more. */
  readonly isOutdated: boolean;
  /** For the element that holds the lines. */
  readonly aiming: {
    readonly onMouseEnter: () => void;
    readonly onMouseLeave: () => void;
    readonly onFocus: () => void;
    readonly onBlur: () => void;
  };
}

/** Lines keep their places, and say what is true now; one that is not wanted any more stays as it was. */
export function useSteady<T>(wanted: readonly T[], keyOf: (item: T) => string): Steady<T> {
  const [isAimedAt, aim] = useState(false);
  const [kept, setKept] = useState<{ readonly ids: readonly string[]; readonly items: ReadonlyMap<string, T> }>({
    ids: [],
    items: new Map(),
  });
  const items = new Map(wanted.map((item) => [keyOf(item), item]));
  const { ids, isOutdated } = rowsToShow(kept.ids, [...items.keys()], isAimedAt);
  const shown = ids.flatMap((id) => items.get(id) ?? kept.items.get(id) ?? []);
  if (ids !== kept.ids) setKept({ ids, items });
  const begin = () => aim(true);
  const end = () => aim(false);
  return { shown, isOutdated, aiming: { onMouseEnter: begin, onMouseLeave: end, onFocus: begin, onBlur: end } };
}
