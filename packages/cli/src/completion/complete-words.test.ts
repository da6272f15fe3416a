/** What may follow, over the whole tree of commands: nothing that has known values may be left without them. */
import { Argument, type Command, type Option } from 'commander';
import { describe, expect, test } from 'vitest';
import { captureTerminal } from '../captured-terminal.ts';
import { createProgram } from '../program.ts';
import { completeWords } from './complete-words.ts';
import { linesForShell, unquoted } from './for-shell.ts';
import { sourceOf } from './value-source.ts';

const program = createProgram(captureTerminal(), async (work) => void (await work));
const valuesAfter = (...words: readonly string[]) => {
  const expected = completeWords(program, words);
  return expected.kind === 'values' ? expected.candidates.map(({ value }) => value) : expected;
};

/** Placeholders of values that only the one who types them can know. */
const FREE =
  /^(url|urls|text|duration|count|name|number|selector|host:port|etag|head|expiry|sequence|port|kinds|json|key=value|reload|program|words|address|percent|event)$/u;
/** A node that is not there yet: its agent is about to bring it. */
const NEW_NODE = '--node-id';

describe('every argument and option of every command', () => {
  const commandsBelow = (command: Command): readonly Command[] => [command, ...command.commands.flatMap(commandsBelow)];
  const placeholderOf = (one: Option | Argument) =>
    one instanceof Argument ? one.name() : (/[<[]([^\]>]+)/u.exec(one.flags)?.[1] ?? '').replace(/\.\.\.$/u, '');
  const cases = commandsBelow(program).flatMap((command) =>
    [
      ...command.registeredArguments,
      ...command.options.filter(({ long, required, optional }) => long !== NEW_NODE && (required || optional)),
    ].map(
      (one) =>
        [
          `${command.parent?.name() ?? ''} ${command.name()} ${one instanceof Argument ? one.name() : one.flags}`,
          one,
        ] as const,
    ),
  );

  test('there are many', () => expect(cases.length).toBeGreaterThan(100));

  test.each(cases)('%s', (_where, one) => {
    const placeholder = placeholderOf(one);
    expect(sourceOf(one) !== null || placeholder === 'file' || placeholder === 'dir' || FREE.test(placeholder)).toBe(
      true,
    );
  });
});

describe('where the cursor is', () => {
  test.each([
    [['no'], ['nodes']],
    [['nodes', 'me'], ['meta']],
    [
      ['nodes', 'meta', ''],
      ['get', 'set', 'patch', 'edit'],
    ],
    [
      ['nodes', 'drain', '--on-deadline', ''],
      ['force', 'cancel', 'hold'],
    ],
    [['nodes', 'drain', '--on-deadline=ca'], ['--on-deadline=cancel']],
    [['nodes', 'list', '--status', 'active,drained,dr'], ['active,drained,draining']],
    [['nodes', 'drain', '--reason', ''], []],
    [['nodes', 'drain', 'x', '--wait', '--wai'], ['--wait-timeout']],
    [
      ['completion', ''],
      ['bash', 'zsh', 'fish'],
    ],
    [['no-such-command', ''], []],
    [['version', 'x', ''], []],
  ])('%j', (words, expected) => {
    expect(valuesAfter(...words)).toEqual(expected);
  });

  test('what the server has comes with where it is, and without what is there already', () => {
    expect(valuesAfter('nodes', 'drain', '--url', 'http://x', 'lobby-1', '--timeout', '5m', 'lob')).toEqual({
      kind: 'live',
      source: 'nodes',
      before: '',
      without: ['lobby-1'],
      options: { url: 'http://x', timeout: '5m' },
    });
    expect(valuesAfter('nodes', 'list', '--type=a,b')).toMatchObject({ source: 'node-types', before: '--type=a,' });
    expect(valuesAfter('nodes', 'run', 'lobby-1', '')).toMatchObject({ source: 'commands' });
    expect(valuesAfter('rollouts', 'watch', '')).toMatchObject({ source: 'rollouts' });
  });

  test('what stands after the command of a rollout depends on which it is', () => {
    expect(valuesAfter('rollouts', 'start', 're')).toEqual(['restart', 'reboot']);
    expect(valuesAfter('rollouts', 'start', 'restart', 'lobby-1', '')).toMatchObject({
      source: 'nodes',
      without: ['lobby-1'],
    });
    expect(valuesAfter('rollouts', 'plan', 'run', '')).toMatchObject({ source: 'commands' });
    expect(valuesAfter('rollouts', 'plan', 'run', 'reload', '')).toEqual([]);
    expect(valuesAfter('rollouts', 'plan', 'restart', '--order', 'l')).toEqual(['least-loaded', 'label:']);
  });

  test('files and directories are the shell’s to offer', () => {
    expect(valuesAfter('server', '--data', '')).toEqual({ kind: 'directories' });
    expect(valuesAfter('agent', '--config=')).toEqual({ kind: 'files' });
    expect(valuesAfter('render', '--once', '--', 'ngi')).toEqual({ kind: 'files' });
  });

  test('the command that shells ask is not offered', () => {
    expect(valuesAfter('')).not.toContain('__complete');
  });
});

describe('for the shell', () => {
  const line = (value: string, typed = '') => linesForShell('bash', typed, [{ value, description: 'd' }]);

  test.each([
    ['lobby-1', 'lobby-1'],
    ['--status=active,drained', '--status=active,drained'],
    ['大厅-一号', '大厅-一号'],
    ['a b', String.raw`a\ b`],
    ['$(x)^`y`', '\\$\\(x\\)\\^\\`y\\`'],
    ['~root;&|<>*?[]{}!#"\'', String.raw`\~root\;\&\|\<\>\*\?\[\]\{\}\!\#\"\'`],
  ])('bash gets %j quoted', (value, quoted) => {
    expect(line(value)).toEqual([quoted === value ? value : quoted]);
    expect(unquoted(line(value)[0] ?? '')).toBe(value);
  });

  test('in a quoted word only what needs no quoting is offered, and nothing that would end a line anywhere', () => {
    expect(line('a b', "'a")).toEqual([]);
    expect(line('ab', "'a")).toEqual(['ab']);
    expect(linesForShell('fish', '', [{ value: 'a\nb', description: '' }])).toEqual([]);
    expect(linesForShell('zsh', '', [{ value: 'a', description: 'x\ty\u001b[31m' }])).toEqual(['a\tx y [31m']);
  });
});
