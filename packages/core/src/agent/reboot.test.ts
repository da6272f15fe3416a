/** How the agent reboots its machine: the command at most once, another boot as the proof. The shell and the machine are played by the test. */
import { describe, expect, test } from 'vitest';
import { agentWakeAt, helloOf } from './agent-start.ts';
import { entriesOf, replayJournal } from './journal.ts';
import { PlayedAgent } from './played-agent.ts';

const WITHIN_MS = 600_000;
const ALLOWED = { rebootWithinMs: WITHIN_MS, settleMs: 0 };
const IDENTITY = {
  protocolVersions: [1],
  agentVersion: '0.1.0',
  instanceId: 'i',
  proof: null,
  node: { id: 'n1', name: 'n1', type: 't', port: null, version: null, region: null, zone: null, labels: {} },
  resources: {},
};

/** One that has given the command. */
function rebooting(settings = {}): PlayedAgent {
  const agent = new PlayedAgent({ ...ALLOWED, ...settings });
  agent.startReboot('op_9');
  agent.permit('op_9');
  return agent;
}

function commandEnded(agent: PlayedAgent, error: string | null, exitCode: number | null = error === null ? 0 : 1) {
  const failure = error === null ? null : { code: 'command-failed', message: error };
  agent.input({ kind: 'RebootCommandEnded', operationId: 'op_9', error: failure, exitCode, output: 'its words' });
}

test('the hello says what it allows, and in which boot it is', () => {
  expect(helloOf(new PlayedAgent(ALLOWED).state, IDENTITY).reboot).toEqual({ bootId: 'boot-1', withinMs: WITHIN_MS });
  expect(helloOf(new PlayedAgent().state, IDENTITY)).not.toHaveProperty('reboot');
  expect(helloOf(new PlayedAgent(ALLOWED, [], undefined, null).state, IDENTITY)).not.toHaveProperty('reboot');
});

describe('the command', () => {
  test('is journaled with its boot before it is given', () => {
    const agent = rebooting();
    expect(agent.entries.slice(-2)).toEqual([
      { kind: 'act-begun', operationId: 'op_9', incarnation: 1 },
      { kind: 'reboot-commanded', operationId: 'op_9', bootId: 'boot-1', until: agent.now + WITHIN_MS },
    ]);
    expect(agent.kinds('RebootMachine')).toEqual([
      { kind: 'RebootMachine', operationId: 'op_9', timeoutMs: WITHIN_MS },
    ]);
    expect(agent.lastUpdate('op_9')).toMatchObject({ status: 'running', phase: 'rebooting the machine' });
    expect(agent.state.rotation).toEqual({ word: 'maint', reason: 'rebooting' });
  });

  test('comes after the node has left rotation and settled', () => {
    const agent = rebooting({ settleMs: 3000 });
    expect(agent.state.rotation.word).toBe('maint');
    agent.pass(2999);
    expect(agent.kinds('RebootMachine')).toEqual([]);
    agent.pass(1);
    expect(agent.kinds('RebootMachine')).toHaveLength(1);
  });

  test('is not given while a balancer that is told does not confirm', () => {
    const agent = new PlayedAgent({ ...ALLOWED, confirmsRotation: true });
    agent.input({ kind: 'RotationTold', word: 'ready', problem: null });
    agent.startReboot('op_9');
    agent.permit('op_9');
    agent.pass(700_000);
    expect(agent.kinds('RebootMachine')).toEqual([]);
    expect(agent.lastUpdate('op_9')).toMatchObject({
      status: 'failed',
      error: { code: 'balancer-unconfirmed', message: expect.stringContaining('the machine was not rebooted') },
    });
  });

  test('is not given where the configuration does not allow it, whatever the server asks', () => {
    const agent = rebooting({ rebootWithinMs: null });
    expect(agent.kinds('RebootMachine')).toEqual([]);
    expect(agent.lastUpdate('op_9')).toMatchObject({ status: 'failed', error: { code: 'reboot-not-allowed' } });
  });

  test('is not given to a machine that has been booted since it was asked for', () => {
    const agent = new PlayedAgent(ALLOWED, [], undefined, 'boot-2');
    agent.startReboot('op_9', 'boot-1');
    agent.permit('op_9');
    expect(agent.kinds('RebootMachine')).toEqual([]);
    expect(agent.lastUpdate('op_9')).toMatchObject({
      status: 'succeeded',
      result: { oldBootId: 'boot-1', newBootId: 'boot-2', alreadyRebooted: true },
    });
  });

  test('that is sent once more is not given once more', () => {
    const agent = rebooting();
    agent.startReboot('op_9');
    agent.permit('op_9');
    commandEnded(agent, 'exit code 1');
    agent.startReboot('op_9');
    agent.permit('op_9');
    expect(agent.kinds('RebootMachine')).toHaveLength(1);
  });

  test('a reboot that is asked for does not mean a declared command of that name, nor the other way round', () => {
    const reboot = { name: 'reboot', description: '', parameters: {}, disruptive: true, timeoutMs: 1000 };
    const own = new PlayedAgent({ settleMs: 0, commands: [reboot] });
    own.startReboot('op_9');
    own.permit('op_9');
    own.start('op_10', 'reboot', null);
    own.permit('op_10');
    expect(own.lastUpdate('op_9')).toMatchObject({ status: 'failed', error: { code: 'reboot-not-allowed' } });
    expect(own.kinds('RunCommand')).toMatchObject([{ operationId: 'op_10', name: 'reboot' }]);
    expect(own.kinds('RebootMachine')).toEqual([]);
  });
});

describe('what comes of it', () => {
  test('a command that failed: the reboot has failed at once, with its words', () => {
    const agent = rebooting();
    commandEnded(agent, 'exited with code 1');
    expect(agent.lastUpdate('op_9')).toMatchObject({
      status: 'failed',
      result: { exitCode: 1 },
      error: { message: 'exited with code 1' },
      output: 'its words',
    });
    expect(agent.state.rotation.word).toBe('ready');
  });

  test('a machine that does not go down in its time: it has failed, and says in which boot it still is', () => {
    const agent = rebooting();
    commandEnded(agent, null);
    expect(agentWakeAt(agent.state, agent.now)).toBe(agent.now + WITHIN_MS);
    agent.pass(WITHIN_MS - 1);
    expect(agent.lastUpdate('op_9').status).toBe('running');
    agent.pass(1);
    expect(agent.lastUpdate('op_9')).toMatchObject({
      status: 'failed',
      error: { code: 'machine-stayed-up', message: expect.stringContaining('still the same boot (boot-1)') },
      output: 'its words',
    });
  });

  test('another boot: it waits for the workload’s health, then it has succeeded with both boots', () => {
    const back = rebooting().afterBoot('boot-2');
    expect(back.kinds('RebootMachine')).toEqual([]);
    expect(back.lastUpdate('op_9')).toMatchObject({ status: 'running', phase: expect.stringContaining('healthy') });
    back.observe({ healthy: true });
    expect(back.lastUpdate('op_9')).toMatchObject({
      status: 'succeeded',
      result: { oldBootId: 'boot-1', newBootId: 'boot-2' },
    });
  });

  test('another boot long after its time is another boot', () => {
    const agent = rebooting();
    agent.now += 10 * WITHIN_MS;
    const back = agent.afterBoot('boot-2');
    back.observe({ healthy: true });
    expect(back.lastUpdate('op_9').status).toBe('succeeded');
  });

  test('a drained node has succeeded when its workload was asked to drain again', () => {
    const agent = new PlayedAgent(ALLOWED);
    agent.wish('drain', 1);
    agent.returned();
    agent.count(0);
    agent.count(0);
    agent.startReboot('op_9');
    agent.permit('op_9');
    const back = agent.afterBoot('boot-2');
    back.observe({ healthy: true });
    expect(back.lastUpdate('op_9').status).toBe('running');
    back.returned();
    expect(back.lastUpdate('op_9').status).toBe('succeeded');
    expect(back.lastReport()).toMatchObject({ availability: 'drain', reached: true });
  });

  test('a workload that does not become healthy in the new boot: failed, with both boots and its last words', () => {
    const back = rebooting().afterBoot('boot-2');
    back.pass(10_000);
    back.input({ kind: 'OutputCollected', operationId: 'op_9', output: 'no database' });
    expect(back.lastUpdate('op_9')).toMatchObject({
      status: 'failed',
      result: { oldBootId: 'boot-1', newBootId: 'boot-2' },
      error: { code: 'not-healthy' },
      output: 'no database',
    });
  });

  test('one that is not allowed any more in the new boot has happened all the same', () => {
    const back = rebooting().afterBoot('boot-2', { rebootWithinMs: null });
    back.observe({ healthy: true });
    expect(back.lastUpdate('op_9').status).toBe('succeeded');
  });

  test('a boot that nobody can tell: the outcome is unknown', () => {
    expect(rebooting().afterBoot(null).lastUpdate('op_9')).toMatchObject({
      status: 'failed',
      error: { code: 'boot-id-unknown', outcome: 'unknown' },
    });
  });
});

describe('an agent that was ended and started in the same boot', () => {
  test('waits on for what is left of the time, and gives the command no more', () => {
    const agent = rebooting();
    agent.pass(WITHIN_MS / 2);
    const back = agent.afterCrash();
    expect(back.lastUpdate('op_9').status).toBe('running');
    back.now = agent.now;
    back.pass(WITHIN_MS / 2);
    expect(back.lastUpdate('op_9')).toMatchObject({ status: 'failed', error: { code: 'machine-stayed-up' } });
    expect(back.kinds('RebootMachine')).toEqual([]);
  });

  test('gives the command if it had not: nothing was journaled of it', () => {
    const agent = rebooting({ settleMs: 3000 });
    const back = agent.afterCrash();
    back.pass(3000);
    expect(back.kinds('RebootMachine')).toHaveLength(1);
  });

  test('does not wait longer than its time where the clock was set back', () => {
    const agent = rebooting();
    const back = agent.afterCrash();
    back.now = agent.now - 10 * WITHIN_MS;
    const again = new PlayedAgent(back.state.settings, agent.entries);
    expect(agentWakeAt(again.state, again.now)).toBe(again.now + WITHIN_MS);
  });

  test('a machine that was booted before the command could be given is not booted once more', () => {
    const back = rebooting({ settleMs: 3000 }).afterBoot('boot-2');
    expect(back.lastUpdate('op_9')).toMatchObject({ status: 'succeeded', result: { alreadyRebooted: true } });
  });
});

describe('cancelling', () => {
  test('before the command is given it is never given', () => {
    const agent = rebooting({ settleMs: 3000 });
    agent.message({ kind: 'operation.cancel', operationId: 'op_9', reason: 'not today' });
    agent.pass(3000);
    expect(agent.lastUpdate('op_9')).toMatchObject({ status: 'cancelled' });
    expect(agent.kinds('RebootMachine')).toEqual([]);
    expect(agent.state.rotation.word).toBe('ready');
  });

  test('after it comes too late', () => {
    const agent = rebooting();
    agent.message({ kind: 'operation.cancel', operationId: 'op_9', reason: 'not today' });
    expect(agent.lastUpdate('op_9').status).toBe('running');
  });
});

test('a compacted journal says the same', () => {
  const agent = rebooting();
  const { acts } = replayJournal(entriesOf(agent.state.journal));
  expect(acts[0]?.reboot).toEqual({ bootId: 'boot-1', until: agent.now + WITHIN_MS });
});
