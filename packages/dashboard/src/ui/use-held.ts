/** A value that is held still while somebody points into what shows it, or has the focus there: nothing moves while they aim. */
import { useState } from 'react';

interface Held<T> {
  readonly shown: T;
  /** Whether what is true now is another. */
  readonly isBehind: boolean;
  readonly catchUp: () => void;
  /** For the element that shows the value. */
  readonly aim: {
    readonly onPointerEnter: () => void;
    readonly onPointerLeave: () => void;
  };
}

export function useHeld<T>(value: T): Held<T> {
  const [held, setHeld] = useState<{ readonly value: T } | null>(null);
  return {
    shown: held === null ? value : held.value,
    isBehind: held !== null && held.value !== value,
    catchUp: () => setHeld((before) => (before === null ? null : { value })),
    aim: { onPointerEnter: () => setHeld({ value }), onPointerLeave: () => setHeld(null) },
  };
}
