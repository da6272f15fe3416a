/** Metadata as text, without loss: numbers keep their digits and objects their order, which JSON.parse would not give. */
import { prettyJsonText, readJsonText, visibleJson } from '@sluice/core';
import { parse, stringify } from 'yaml';

/** The metadata in the body of an answer, as a document with a line break at its end. */
export function renderMetadata(format: 'json' | 'yaml', answerText: string): string {
  const answer = readJsonText(answerText);
  const meta = answer?.kind === 'object' ? answer.members.get('meta') : undefined;
  if (meta === undefined) throw new Error('reading metadata: the answer has none');
  const text = visibleJson(prettyJsonText(meta));
  if (format === 'json') return `${text}\n`;
  // JSON is YAML; read as such it keeps large numbers and the order of keys.
  const value: unknown = parse(text, { intAsBigInt: true, mapAsMap: true });
  const yaml = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return visibleJson(yaml) === yaml ? yaml : `${text}\n`;
}
