import type { RolloutNodeCommand } from '@sluice/core';
import { expect, test } from 'vitest';
import { type AnswerRequest, NodeCommands } from './node-commands.ts';

const command: RolloutNodeCommand = {
  nodeId: 'a',
  attempt: 1,
  status: 'acting',
  key: 'key 1',
  command: { kind: 'RunDeclaredCommand', name: 'reload', params: {}, force: false, reason: null },
  isWithdrawn: false,
};

/** What the pipeline was given, and what was answered, where commands fit as `fits` says. */
function commandsThat(fits: () => boolean, isStillWanted: () => boolean = () => true) {
  const given: string[] = [];
  const onlyRepeats: boolean[] = [];
  const answers: AnswerRequest['answer']['kind'][] = [];
  const commands = new NodeCommands({
    fleet: {
      execute: async (_nodeId, _command, _actor, once) => {
        given.push(once?.key ?? '');
        onlyRepeats.push(once?.isOnlyRepeat?.() ?? false);
        return { ok: true, value: { node: null, operation: null, repeatOf: 'op_1' } };
      },
    },
    actor: { name: 'rollout/x', address: null },
    fit: (_nodeId, fitting) =>
      fits()
        ? { ok: true, value: fitting }
        : { ok: false, problem: { code: 'invalid-parameters', detail: 'It declares another one now.' } },
    isStillWanted,
    answered: ({ answer }) => answers.push(answer.kind),
    failed: () => undefined,
  });
  return { commands, given, onlyRepeats, answers };
}

test('a node whose command did not fit is given the next one', async () => {
  let fits = false;
  const { commands, given, answers } = commandsThat(() => fits);
  commands.give([command]);
  await commands.settled();
  fits = true;
  commands.give([{ ...command, attempt: 2, key: 'key 2' }]);
  await commands.settled();
  expect({ given, answers }).toEqual({ given: ['key 2'], answers: ['refused', 'taken'] });
});

test('one command at a time for a node, and what fails is an answer', async () => {
  const { commands, given, answers } = commandsThat(() => {
    if (answers.length === 0) return true;
    throw new Error('the catalogue is broken');
  });
  commands.give([command, { ...command, key: 'key 2' }]);
  await commands.settled();
  commands.give([command]);
  await commands.settled();
  expect({ given, answers }).toEqual({ given: ['key 1'], answers: ['taken', 'refused'] });
});

test('of a command that was taken back it is only asked whether it was done, whatever fits now', async () => {
  const { commands, onlyRepeats, answers } = commandsThat(() => false);
  commands.give([{ ...command, isWithdrawn: true }]);
  await commands.settled();
  expect({ onlyRepeats, answers }).toEqual({ onlyRepeats: [true], answers: ['taken'] });
});

test('the same of one that the rollout does not want any more when its turn has come', async () => {
  const { commands, onlyRepeats } = commandsThat(
    () => true,
    () => false,
  );
  commands.give([command]);
  await commands.settled();
  expect(onlyRepeats).toEqual([true]);
});
