/** Records the conversation of the present version. `npm run record:conversation` keeps it, once for each minor version. */
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };
import { type Line, readRecorded } from './conversation.ts';
import { recordConversation } from './record-conversation.ts';

const minorVersion = manifest.version.split('.').slice(0, 2).join('.');
const isToBeKept = process.env['SLUICE_RECORD_CONVERSATION'] !== undefined;

test('the present version says what was recorded of it', { timeout: 60_000 }, async () => {
  const lines = await recordConversation(isToBeKept ? minorVersion : null);
  const recorded = readRecorded().find(({ version }) => version === minorVersion);
  if (recorded === undefined)
    throw new Error(`there is no conversation of ${minorVersion} yet: npm run record:conversation`);
  expect(kinds(lines)).toEqual(kinds(recorded.lines));
});

function kinds(lines: readonly Line[]): readonly string[] {
  return [
    ...new Set(
      lines.flatMap((line) =>
        line.from === 'agent' || line.from === 'server' ? [`${line.from}: ${line.message.kind}`] : [],
      ),
    ),
  ].toSorted();
}
