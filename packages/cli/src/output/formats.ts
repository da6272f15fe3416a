/** The `-o` option: how a command writes its answer. */
import { Option } from 'commander';
import { stringify } from 'yaml';

export type Format = 'table' | 'wide' | 'json' | 'yaml' | 'name';

/** `-o`, with those formats that the command has; `table`, for people, is the default. */
export function formatOption(formats: readonly Format[]): Option {
  return new Option('-o, --output <format>', "how to write the answer; json is the API's own")
    .choices(formats)
    .default('table');
}

/** A value as a document with a line break at its end. */
export function renderDocument(format: 'json' | 'yaml', value: unknown): string {
  return format === 'json'
    ? `${JSON.stringify(value, null, 2)}\n`
    : stringify(value, { lineWidth: 0, aliasDuplicateObjects: false });
}
