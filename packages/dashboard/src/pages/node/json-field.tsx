/** A field for JSON: plain text with the numbers of its lines, and the place of its fault. */
import { Button } from 'antd';
import { useId, useRef } from 'react';
import type { JsonFault } from '../../fleet-view/json-fault.ts';
import { useWords, type Words } from '../../i18n/words.tsx';
import styles from './metadata.module.css';

const NONE: ReadonlySet<number> = new Set();

interface JsonFieldProps {
  readonly label: string;
  readonly text: string;
  readonly fault?: JsonFault | null;
  /** Numbers of lines that differ from what stands beside it. */
  readonly marked?: ReadonlySet<number>;
  /** Absent: it is only read. */
  readonly change?: (text: string) => void;
}

export function JsonField({ label, text, fault = null, marked = NONE, change }: JsonFieldProps) {
  const words = useWords();
  const [id, faultId] = [useId(), useId()];
  const area = useRef<HTMLTextAreaElement>(null);
  const lines = text.split('\n').length;
  const numbers = Array.from({ length: lines }, (_none, index) => numberOf(index + 1, fault, marked)).join('\n');
  const goToFault = ({ offset }: JsonFault) => {
    area.current?.focus();
    area.current?.setSelectionRange(offset, offset + 1);
  };
  return (
    <div className={styles['field']}>
      <label htmlFor={id}>{label}</label>
      <div className={styles['lines']}>
        <pre aria-hidden="true" className={styles['numbers']}>
          {numbers}
        </pre>
        <textarea
          ref={area}
          id={id}
          className={styles['text']}
          value={text}
          rows={lines}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          readOnly={change === undefined}
          aria-invalid={fault !== null}
          {...(fault === null ? {} : { 'aria-describedby': faultId })}
          onChange={({ target }) => change?.(target.value)}
        />
      </div>
      {change !== undefined && (
        <p id={faultId} role="status" className={styles['fault']}>
          {fault !== null && (
            <>
              {words.metadata.faultAt(fault.line, fault.column)} {faultInWords(fault, words)}{' '}
              <Button size="small" onClick={() => goToFault(fault)}>
                {words.metadata.goToFault}
              </Button>
            </>
          )}
        </p>
      )}
    </div>
  );
}

function numberOf(line: number, fault: JsonFault | null, marked: ReadonlySet<number>): string {
  if (line === fault?.line) return `✗ ${line}`;
  return marked.has(line) ? `● ${line}` : String(line);
}

function faultInWords({ code }: JsonFault, { metadata: { faults, otherFault } }: Words): string {
  return Object.entries(faults).find(([name]) => name === code)?.[1] ?? otherFault;
}
