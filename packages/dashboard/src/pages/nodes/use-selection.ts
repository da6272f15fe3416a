/** Which rows are selected. Another filter selects nothing: nobody acts on rows that they do not see. */
import { useCallback, useState } from 'react';

interface Selection {
  readonly selected: ReadonlySet<string>;
  readonly toggle: (id: string) => void;
  /** All that are shown, or none when all of them are selected. */
  readonly toggleAll: () => void;
  readonly selectNone: () => void;
}

const NONE: ReadonlySet<string> = new Set();

/** @param question What is asked for: the filter and the order. */
export function useSelection(shown: readonly string[], question: string): Selection {
  const [{ selected, of }, setState] = useState({ selected: NONE, of: question });
  if (of !== question) setState({ selected: NONE, of: question });
  const set = (change: (before: ReadonlySet<string>) => ReadonlySet<string>) =>
    setState((state) => ({ ...state, selected: change(state.selected) }));
  const toggle = useCallback(
    (id: string) =>
      setState((state) => {
        const after = new Set(state.selected);
        if (!after.delete(id)) after.add(id);
        return { ...state, selected: after };
      }),
    [],
  );
  return {
    selected: of === question ? selected : NONE,
    toggle,
    toggleAll: () => set((before) => (shown.every((id) => before.has(id)) ? NONE : new Set(shown))),
    selectNone: () => set(() => NONE),
  };
}
