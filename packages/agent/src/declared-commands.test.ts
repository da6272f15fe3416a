/** Declared commands: parameters checked, handed over by environment, never through a shell. */
import os from 'node:os';
import { describe, expect, test } from 'vitest';
import {
  type AskedCommand,
  type ConfiguredCommands,
  describeCommands,
  parametersSchema,
  runDeclaredCommand,
} from './declared-commands.ts';

const commands: ConfiguredCommands = {
  reload: {
    description: 'Reload the configuration',
    exec: [
      process.execPath,
      '-e',
      "console.log(JSON.stringify(Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('SLUICE_')))))",
    ],
    timeoutMs: 10_000,
    parameters: parametersSchema({
      level: { type: 'string', enum: ['soft', 'hard'], default: 'soft' },
      'max-players': { type: 'integer', minimum: 1, required: false },
      note: { type: 'string', required: false },
    }),
    disruptive: false,
  },
  fail: {
    description: 'Fails',
    exec: [process.execPath, '-e', "console.error('no'); process.exit(9)"],
    timeoutMs: 10_000,
    parameters: parametersSchema({}),
    disruptive: true,
  },
  hang: {
    description: 'Hangs',
    exec: [process.execPath, '-e', "console.log('on it'); setInterval(() => {}, 1000)"],
    timeoutMs: 10_000,
    parameters: parametersSchema({}),
    disruptive: false,
  },
  gone: {
    description: 'Is not there',
    exec: ['no-such-program-of-sluice'],
    timeoutMs: 10_000,
    parameters: parametersSchema({}),
    disruptive: false,
  },
  strict: {
    description: 'Must be told',
    exec: ['true'],
    timeoutMs: 10_000,
    parameters: parametersSchema({ map: { type: 'string', pattern: '^[a-z]+$' } }),
    disruptive: false,
  },
};

function run(name: string, params: AskedCommand['params'] = {}, more: Partial<AskedCommand> = {}) {
  const { signal } = new AbortController();
  const asked = { operationId: 'op', name, params, timeoutMs: 10_000, signal, tellOutput: () => undefined, ...more };
  return runDeclaredCommand(commands, asked, { PATH: process.env['PATH'] ?? '' }, os.tmpdir());
}

describe('runDeclaredCommand', () => {
  test('parameters and defaults arrive as environment variables', async () => {
    const end = await run('reload', { 'max-players': 8, note: '$(id); `id` "x"' });
    expect(end).toMatchObject({ status: 'succeeded', result: { exitCode: 0 }, error: null });
    expect(JSON.parse(end.output)).toEqual({
      SLUICE_PARAM_LEVEL: 'soft',
      SLUICE_PARAM_MAX_PLAYERS: '8',
      SLUICE_PARAM_NOTE: '$(id); `id` "x"',
    });
  });

  test.each([
    ['reload', { level: 'medium' }, 'level must be equal to one of the allowed values: soft, hard'],
    ['reload', { 'max-players': 0 }, 'max-players must be >= 1'],
    ['reload', { 'max-players': '8' }, 'max-players must be integer'],
    ['reload', { lvl: 'soft' }, 'there is no parameter lvl'],
    ['reload', { note: 'a\0b' }, 'note contains a NUL character'],
    ['strict', {}, 'missing: map'],
    ['strict', { map: 'A1' }, 'map must match pattern'],
  ])('%s %j is refused', async (name, params, words) => {
    expect(await run(name, params)).toMatchObject({
      status: 'failed',
      error: { code: 'invalid-parameters', message: expect.stringContaining(words) },
    });
  });

  test('a failing command is told with its code and its output', async () => {
    expect(await run('fail')).toEqual({
      status: 'failed',
      result: { exitCode: 9 },
      error: { code: 'command-failed', message: "'fail' exited with code 9." },
      output: 'no\n',
    });
  });

  test('one that takes too long, one that is cancelled, one that is not there', async () => {
    expect(await run('hang', {}, { timeoutMs: 1000 })).toMatchObject({
      status: 'failed',
      error: { code: 'timed-out' },
    });
    expect(await run('hang', {}, { signal: AbortSignal.timeout(200) })).toMatchObject({
      status: 'cancelled',
      error: { code: 'cancelled' },
    });
    expect(await run('gone')).toMatchObject({ status: 'failed', error: { code: 'cannot-run' } });
    expect(await run('toString')).toMatchObject({ status: 'failed', error: { code: 'command-not-found' } });
  });
});

test('the server is told a JSON Schema of the parameters', () => {
  expect(describeCommands(commands)[0]).toEqual({
    name: 'reload',
    description: 'Reload the configuration',
    timeoutMs: 10_000,
    disruptive: false,
    parameters: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        level: { type: 'string', enum: ['soft', 'hard'], default: 'soft' },
        'max-players': { type: 'integer', minimum: 1 },
        note: { type: 'string' },
      },
      required: [],
      additionalProperties: false,
    },
  });
});
