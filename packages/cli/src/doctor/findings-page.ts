/** Findings for people: a line each, what mends it under it, and how many there are. */
import type { Finding } from '@sluice/core';
import type { Colour, Paint } from '../output/colour.ts';
import { printable } from '../output/printable.ts';

const SYMBOLS: Readonly<Record<Finding['verdict'], readonly [symbol: string, colour: Colour]>> = {
  fine: ['✓', 'green'],
  warning: ['!', 'yellow'],
  fault: ['✗', 'red'],
};

/** A fault of a configuration has a line for each thing that is wrong; they stay lines. */
export function renderFindings(findings: readonly Finding[], paint: Paint): string {
  const lines = findings.flatMap(({ title, verdict, seen, mend }) => {
    const [symbol, colour] = SYMBOLS[verdict];
    const text = printable(seen, 'line-breaks').replaceAll('\n', '\n  ');
    const line = `${paint(symbol, colour)} ${paint(`${title}:`, 'bold')} ${text}`;
    return mend === null ? [line] : [line, `  ${paint('→', 'blue')} ${printable(mend)}`];
  });
  return [...lines, '', inWords(findings)].map((line) => `${line}\n`).join('');
}

function inWords(findings: readonly Finding[]): string {
  const faults = countOf(findings, 'fault');
  const warnings = countOf(findings, 'warning');
  const checks = counted(findings.length, 'check');
  if (faults + warnings === 0) return `${checks}, nothing to mend.`;
  const parts = [counted(faults, 'fault'), counted(warnings, 'warning')].filter((part) => part !== '');
  return `${checks}, ${parts.join(' and ')}.`;
}

export function countOf(findings: readonly Finding[], verdict: Finding['verdict']): number {
  return findings.filter((finding) => finding.verdict === verdict).length;
}

function counted(count: number, word: string): string {
  return count === 0 ? '' : `${count} ${word}${count === 1 ? '' : 's'}`;
}
