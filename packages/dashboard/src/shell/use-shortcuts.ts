/** Listens for the keys that work on every page, while nobody writes and nothing lies over the page. */
import { useEffect, useRef } from 'react';
import { type Begun, NOTHING_BEGUN, pressKey, type Shortcut } from './shortcuts.ts';

export function useShortcuts(act: (shortcut: Shortcut) => void): void {
  const begun = useRef<Begun>(NOTHING_BEGUN);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const { begun: after, does } = pressKey(begun.current, event.key, performance.now());
      begun.current = after;
      if (does === null) return;
      event.preventDefault();
      act(does);
    };
    document.addEventListener('keydown', pressed);
    return () => document.removeEventListener('keydown', pressed);
  }, [act]);
}

function isWriting(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    target.closest('input, textarea, select, [contenteditable=true], [role=combobox]') !== null
  );
}
