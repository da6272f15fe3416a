/** The `-o` option: how a command writes its answer. */
import { visibleJson } from '@sluice/core';
import { Option } from 'commander';
import { stringify } from 'yaml';

export type Format = 'table' | 'wide' | 'json' | 'yaml' | 'name';

/** `-o`, with those formats that the command has; `table`, for people, is the default. */
export function formatOption(formats: readonly Format[]): Option {
  return new Option('-o, --output <format>', "how to write the answer; json is the API's own")
    .choices(formats)
    .default('table');
}

/** A value as a document with a line break at its end. Whatever somebody wrote into it, it steers no terminal. */
export function renderDocument(format: 'json' | 'yaml', value: unknown): string {
  const json = `${visibleJson(JSON.stringify(value, null, 2))}\n`;
  if (format === 'json') return json;
  const yaml = stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
  // JSON is YAML, too; of the two it is the one that can write out what cannot be seen.
  return visibleJson(yaml) === yaml ? yaml : json;
}

/** The same in one line, for what is told one after the other. */
export function renderLine(value: unknown): string {
  return `${visibleJson(JSON.stringify(value))}\n`;
}
