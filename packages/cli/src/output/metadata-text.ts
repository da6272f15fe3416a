/** Metadata as text, without loss: numbers keep their digits and objects their order, which JSON.parse would not give. */
import { type JsonText, readJsonText, visibleJson } from '@sluice/core';
import { parse, stringify } from 'yaml';

/** The metadata in the body of an answer, as a document with a line break at its end. */
export function renderMetadata(format: 'json' | 'yaml', answerText: string): string {
  const answer = readJsonText(answerText);
  const meta = answer?.kind === 'object' ? answer.members.get('meta') : undefined;
  if (meta === undefined) throw new Error('reading metadata: the answer has none');
  const text = visibleJson(prettyJson(meta, ''));
  if (format === 'json') return `${text}\n`;
  // JSON is YAML; read as such it keeps large numbers and the order of keys.
  const value: unknown = parse(text, { intAsBigInt: true, mapAsMap: true });
  const yaml = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  return visibleJson(yaml) === yaml ? yaml : `${text}\n`;
}

function prettyJson(value: JsonText, indent: string): string {
  const inner = `${indent}  `;
  switch (value.kind) {
    case 'scalar':
      return value.text;
    case 'array':
      if (value.items.length === 0) return '[]';
      return `[\n${value.items.map((item) => `${inner}${prettyJson(item, inner)}`).join(',\n')}\n${indent}]`;
    case 'object': {
      if (value.members.size === 0) return '{}';
      const members = [...value.members].map(
        ([key, member]) => `${inner}${JSON.stringify(key)}: ${prettyJson(member, inner)}`,
      );
      return `{\n${members.join(',\n')}\n${indent}}`;
    }
  }
}
