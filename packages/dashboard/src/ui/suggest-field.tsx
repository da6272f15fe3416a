/** A field for a text that is known to others: suggests as it is typed, and is taken by Enter, a choice, or leaving it. */
import { AutoComplete } from 'antd';
import { useState } from 'react';

interface SuggestFieldProps {
  readonly label: string;
  /** What is taken now; empty: nothing. */
  readonly value: string;
  readonly take: (value: string) => void;
  /** For what is typed, the best first. */
  readonly suggest: (typed: string) => readonly string[];
  readonly className?: string | undefined;
}

/** What is typed asks nothing of the server until it is taken. */
export function SuggestField({ label, value, take, suggest, className }: SuggestFieldProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const shown = typed ?? value;
  const takeIt = (chosen = '') => {
    setTyped(null);
    if (chosen.trim() !== value) take(chosen.trim());
  };
  return (
    <AutoComplete
      className={className ?? ''}
      aria-label={label}
      placeholder={label}
      allowClear
      value={shown}
      options={typed === null ? [] : suggest(typed).map((text) => ({ value: text }))}
      defaultActiveFirstOption={false}
      onChange={(text: string | undefined) => setTyped(text ?? '')}
      onSelect={takeIt}
      onClear={() => takeIt('')}
      onBlur={() => takeIt(shown)}
      onInputKeyDown={(event) => {
        if (event.key === 'Enter') takeIt(shown);
      }}
    />
  );
}
