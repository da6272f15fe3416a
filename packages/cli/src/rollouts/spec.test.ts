/** What people type after `rollouts plan` and `start`: every word of it reaches the API, and comes back as a command to copy. */
import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { countOrPercentFrom } from '../count-or-percent.ts';
import { parseOrder } from './order-option.ts';
import { readSpecDraft, type DraftAnswer, type SpecDraft } from './spec-draft.ts';
import { readSpecFile, withDraft } from './spec-file.ts';
import { withSpecOptions, type SpecOptions } from './spec-options.ts';
import { startCommand } from './start-command.ts';
import { parseWindow, windowText } from './window-option.ts';

/** As the two commands read it. */
async function draftOf(words: readonly string[]): Promise<DraftAnswer> {
  let answer: Promise<DraftAnswer> | null = null;
  const command = withSpecOptions(new Command('start'))
    .exitOverride()
    .configureOutput({ writeErr: () => undefined })
    .option('--plan-hash <text>')
    .action((first: string | undefined, rest: readonly string[], options: SpecOptions) => {
      const given = first === undefined ? [] : [first, ...rest];
      answer = readSpecDraft(given, options, async (_name, pairs) => ({
        ok: true,
        values: Object.fromEntries(pairs.map((pair) => pair.split('=', 2))),
      }));
    });
  await command.parseAsync([...words], { from: 'user' });
  if (answer === null) throw new Error('the action did not run');
  return answer;
}

const ofWords = (text: string) => draftOf(text.split(' '));

describe('what is done to which nodes', () => {
  test.each<[string, SpecDraft]>([
    ['restart --all', { command: { kind: 'restart' }, all: true }],
    ['restart a b a', { command: { kind: 'restart' }, nodeIds: ['a', 'b'] }],
    ['restart --grace 0s --node a --node b', { command: { kind: 'restart', graceSeconds: 0 }, nodeIds: ['a', 'b'] }],
    ['reboot --selector game=chess', { command: { kind: 'reboot' }, selector: 'game=chess' }],
    ['drain a --node b', { command: { kind: 'drain' }, nodeIds: ['a', 'b'] }],
    ['undrain --hold night a', { command: { kind: 'undrain', hold: 'night' }, nodeIds: ['a'] }],
    ['run reload --all', { command: { kind: 'run', name: 'reload' }, all: true }],
    [
      'run reload level=soft --node a',
      { command: { kind: 'run', name: 'reload', params: { level: 'soft' } }, nodeIds: ['a'] },
    ],
  ])('%s', async (words, draft) => expect(await ofWords(words)).toEqual({ ok: true, draft }));

  test.each([
    ['--all', 'What is to be done to each node?'],
    ['restart', 'Which nodes?'],
    ['restart a --all', 'The nodes are named in more than one way.'],
    ['restart --all --selector game=chess', 'The nodes are named in more than one way.'],
    ['restart --selector=', 'An empty selector selects nothing.'],
    ['run --all', 'Which command is run?'],
    ['drain --grace 30s a', '--grace is of restarts alone.'],
    ['restart --hold x a', '--hold names the hold that an undrain releases.'],
  ])('%s is refused', async (words, detail) => {
    expect(await ofWords(words)).toEqual({ ok: false, detail, whatToDo: expect.stringMatching(/\S/u) });
  });

  test('a parameter that is not of its type is the answer', async () => {
    const options: SpecOptions = { undrain: true, all: true };
    const refuse = () => Promise.resolve({ ok: false, detail: 'not a number' } as const);
    expect(await readSpecDraft(['run', 'x', 'count=a'], options, refuse)).toMatchObject({
      ok: false,
      detail: 'not a number',
    });
  });
});

describe('the command to copy', () => {
  const everything: SpecDraft = {
    command: { kind: 'restart', graceSeconds: 90 },
    selector: 'game=chess,zone in (a,b)',
    name: "ann's kernel",
    reason: '$(reboot); 内核 `x`',
    order: { by: 'label', label: 'rack' },
    offline: 'wait',
    includeNew: true,
    maxUnavailable: '25%',
    drainFirst: true,
    drainTimeoutSeconds: 900,
    onDeadline: 'hold',
    undrainAfter: false,
    healthySeconds: 0,
    healthyWithinSeconds: 601,
    maxFailures: 2,
    onFailures: 'abort',
    canary: 5,
    window: { days: ['mon', 'tue', 'wed', 'thu', 'fri'], start: '02:00', end: '05:00', timeZone: 'Europe/Berlin' },
    metricGate: { url: 'https://metrics.example/ok?x=1&y=2', intervalSeconds: 30, failuresMax: 5 },
    stallSeconds: 7200,
  };

  test.each<[string, SpecDraft]>([
    ['everything', everything],
    ['a few nodes', { command: { kind: 'reboot' }, nodeIds: ['lobby-1', 'a b', '节点-1', 'x=y'], drainFirst: false }],
    ['an undrain', { command: { kind: 'undrain', hold: 'fleetlock/a' }, all: true }],
    [
      'a declared command',
      { command: { kind: 'run', name: 'reload', params: { level: 'a b' } }, nodeIds: ['lobby-1', 'b'] },
    ],
    ['what a file says the rest of', { maxUnavailable: 3, nodeIds: ['a', 'b'] }],
  ])('a shell reads back %s', async (_what, draft) => {
    const file = draft.command === undefined ? 'a file.yaml' : undefined;
    const line = startCommand(draft, file, '9f2c');
    const printed = execFileSync('sh', ['-c', `sluice() { printf '%s\\0' "$@"; }; ${line}`], { encoding: 'utf8' });
    const [group, name, ...words] = printed.split('\0').slice(0, -1);
    expect([group, name, words.slice(-2)]).toEqual(['rollouts', 'start', ['--plan-hash', '9f2c']]);
    expect(await draftOf(words)).toEqual({ ok: true, draft });
    expect(words.includes('a file.yaml')).toBe(file !== undefined);
  });

  test('it reads well', () => {
    const draft: SpecDraft = {
      command: { kind: 'restart' },
      selector: 'game=chess',
      maxUnavailable: '25%',
      drainTimeoutSeconds: 900,
    };
    expect(startCommand(draft, undefined, '9f2c')).toBe(
      'sluice rollouts start restart --selector game=chess --max-unavailable 25% --drain-timeout 15m --plan-hash 9f2c',
    );
  });
});

describe('values', () => {
  test.each([
    ['mon-fri 02:00-05:00 Europe/Berlin', ['mon', 'tue', 'wed', 'thu', 'fri'], '02:00', '05:00', 'Europe/Berlin'],
    ['sat,sun 9:30-18:00 UTC', ['sat', 'sun'], '09:30', '18:00', 'UTC'],
    ['Sun,FRI-sat 22:00-04:00 UTC', ['fri', 'sat', 'sun'], '22:00', '04:00', 'UTC'],
    ['sat-mon 00:00-06:00 UTC', ['mon', 'sat', 'sun'], '00:00', '06:00', 'UTC'],
  ])('the window %s', (text, days, start, end, timeZone) => {
    const window = parseWindow(text);
    expect(window).toEqual({ days, start, end, timeZone });
    expect(parseWindow(windowText(window))).toEqual(window);
  });

  test('a window of every day', () => {
    expect(parseWindow('22:00-04:00 Asia/Shanghai')).toEqual({
      start: '22:00',
      end: '04:00',
      timeZone: 'Asia/Shanghai',
    });
  });

  test.each(['', '02:00-05:00', 'mon-fri 02:00 UTC', 'mo-fr 02:00-05:00 UTC', 'mon-wed-fri 02:00-05:00 UTC'])(
    'the window %j is none',
    (text) => expect(() => parseWindow(text)).toThrow('mon-fri 02:00-05:00 Europe/Berlin'),
  );

  test('orders', () => {
    expect(['zone', 'least-loaded', 'label:rack'].map(parseOrder)).toEqual([
      { by: 'zone' },
      { by: 'least-loaded' },
      { by: 'label', label: 'rack' },
    ]);
    for (const text of ['label:', 'rack', '']) expect(() => parseOrder(text)).toThrow('label:KEY');
  });

  test('counts and shares', () => {
    const parse = countOrPercentFrom(1);
    expect(['3', '25%', '100%', ' 7 '].map(parse)).toEqual([3, '25%', '100%', 7]);
    for (const text of ['0', '0%', '101%', '-1', '2.5%', 'all', '']) expect(() => parse(text)).toThrow('such as 25%');
    expect(countOrPercentFrom(0)('0%')).toBe('0%');
  });
});

describe('--file', () => {
  test('YAML or JSON; what is typed goes before it, and a way to say which nodes does away with its own', async () => {
    const directory = await mkdtemp(path.join(tmpdir(), 'sluice-rollout-'));
    const file = path.join(directory, 'rollout.yaml');
    await writeFile(file, 'command: { kind: restart }\nselector: game=chess\nmaxUnavailable: 25%\nunknown: 1\n');
    const read = await readSpecFile(file);
    if (!read.ok) throw new Error(read.detail);
    expect(withDraft(read.document, { maxUnavailable: 1 })).toEqual({
      command: { kind: 'restart' },
      selector: 'game=chess',
      maxUnavailable: 1,
      unknown: 1,
    });
    expect(withDraft(read.document, { all: true })).toEqual({
      command: { kind: 'restart' },
      all: true,
      maxUnavailable: '25%',
      unknown: 1,
    });
    await writeFile(file, '- a list\n');
    expect(await readSpecFile(file)).toMatchObject({ ok: false, detail: expect.stringContaining('specification') });
    await writeFile(file, 'a: [1\n');
    expect(await readSpecFile(file)).toMatchObject({ ok: false, detail: expect.stringContaining('neither YAML nor') });
    expect(await readSpecFile(path.join(directory, 'none'))).toMatchObject({
      ok: false,
      detail: expect.stringContaining('ENOENT'),
    });
    await rm(directory, { recursive: true });
  });
});
