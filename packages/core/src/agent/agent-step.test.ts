/** The agent's rules, one test a rule: at most once, convergence, evidence, recovery. The shell is played by the test. */
import { describe, expect, test } from 'vitest';
import { HEALTHY } from '../node-fixture.ts';
import { agentWakeAt, helloOf } from './agent-start.ts';
import { entriesOf, replayJournal } from './journal.ts';
import { PlayedAgent } from './played-agent.ts';

describe('convergence', () => {
  test('a drain leaves rotation first, settles, asks the workload, and counts zero twice', () => {
    const agent = new PlayedAgent();
    expect(agent.state.rotation.word).toBe('ready');
    expect(agent.wish('drain', 1)[0]).toMatchObject({
      kind: 'SetRotation',
      rotation: { word: 'drain', reason: 'kernel update' },
    });
    expect(agent.lastReport()).toMatchObject({ generation: 1, reached: false, phase: 'leaving-rotation' });
    expect(agentWakeAt(agent.state, agent.now)).toBe(agent.now + 3000);
    agent.pass(2999);
    expect(agent.kinds('CallHook')).toEqual([]);
    agent.pass(1);
    expect(agent.kinds('CallHook')).toMatchObject([{ hook: 'drain' }]);
    expect(agent.entries.at(-1)).toEqual({ kind: 'drain-hook-called' });
    agent.returned();
    agent.count(2);
    expect(agent.lastReport()).toMatchObject({ phase: 'waiting-for-sessions', sessionsRemaining: 2, reached: false });
    agent.count(0);
    expect(agent.lastReport().reached).toBe(false);
    agent.count(1);
    agent.count(0);
    agent.count(0);
    expect(agent.lastReport()).toMatchObject({ reached: true, sessionsRemaining: 0, evidence: { kind: 'counted' } });
  });

  test('zeros from before the hook returned prove nothing', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1);
    agent.count(0);
    agent.count(0);
    agent.count(0);
    agent.count(0);
    expect(agent.lastReport()).toMatchObject({ reached: false, phase: 'asking-workload' });
    agent.returned();
    expect(agent.lastReport().reached).toBe(false);
  });

  test('a probe that cannot be read says so and does not end the drain', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1);
    agent.pass(3000);
    agent.returned();
    agent.count(0);
    agent.input({ kind: 'SessionsRead', reading: { kind: 'unreadable', problem: 'GET /stats timed out' } });
    agent.count(0);
    expect(agent.lastReport()).toMatchObject({ reached: false });
    agent.input({ kind: 'SessionsRead', reading: { kind: 'unreadable', problem: 'GET /stats timed out' } });
    expect(agent.lastReport()).toMatchObject({
      reached: false,
      problem: 'GET /stats timed out',
      sessionsRemaining: null,
    });
  });

  test('without a probe the hook’s return is the evidence; with neither, the settling', () => {
    const hooked = new PlayedAgent({ hasSessionsProbe: false });
    hooked.wish('drain', 1);
    hooked.pass(3000);
    hooked.returned();
    expect(hooked.lastReport().evidence).toMatchObject({ kind: 'hook-returned' });
    const settled = new PlayedAgent({ hasSessionsProbe: false, hasDrainHook: false });
    settled.wish('drain', 1);
    expect(settled.lastReport().evidence).toBeNull();
    settled.pass(3000);
    expect(settled.lastReport().evidence).toMatchObject({ kind: 'settled' });
  });

  test('a hook that fails is said and tried again', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1);
    agent.pass(3000);
    agent.returned(false);
    expect(agent.lastReport().problem).toBe('POST /drain answered 500');
    expect(agentWakeAt(agent.state, agent.now)).toBe(agent.now + 2000);
    agent.pass(2000);
    expect(agent.kinds('CallHook')).toHaveLength(2);
    agent.returned();
    expect(agent.lastReport().problem).toBeNull();
  });

  test('undrain while the drain hook is under way waits for it, undoes it, and goes back', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1);
    agent.pass(3000);
    agent.wish('active', 2);
    expect(agent.kinds('CallHook')).toHaveLength(1);
    agent.returned();
    expect(agent.kinds('CallHook')).toMatchObject([{ hook: 'drain' }, { hook: 'undrain' }]);
    expect(agent.state.rotation.word).toBe('drain');
    agent.returned();
    expect(agent.state.rotation.word).toBe('ready');
    expect(agent.lastReport()).toMatchObject({ availability: 'active', generation: 2, reached: true });
  });

  test('undrain while the node settles goes back at once: the workload was never asked', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1);
    agent.wish('active', 2);
    expect(agent.kinds('CallHook')).toEqual([]);
    expect(agent.lastReport()).toMatchObject({ generation: 2, reached: true });
  });

  test('an older wish than the journal’s is ignored', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 5);
    agent.wish('active', 4);
    expect(agent.state.journal).toMatchObject({ generation: 5, availability: 'drain' });
  });

  test('a workload that is not running serves nobody', () => {
    const agent = new PlayedAgent();
    agent.observe({ phase: 'cannot-start', healthy: false });
    agent.wish('drain', 1);
    expect(agent.lastReport().evidence).toMatchObject({ kind: 'not-running' });
  });

  test('a workload that starts anew on a drained node is asked to drain again', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1);
    agent.pass(3000);
    agent.returned();
    agent.count(0);
    agent.count(0);
    agent.observe({ incarnation: 2 });
    expect(agent.kinds('CallHook')).toHaveLength(2);
    expect(agent.lastReport().reached).toBe(true);
  });

  test('two counts above zero take the proof away again', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1);
    agent.pass(3000);
    agent.returned();
    agent.count(0);
    agent.count(0);
    agent.count(1);
    expect(agent.lastReport().reached).toBe(true);
    agent.count(1);
    expect(agent.lastReport()).toMatchObject({ reached: false, sessionsRemaining: 1, evidence: null });
  });

  test('a drained node that reboots comes back drained while no server can be reached', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1);
    const rebooted = agent.afterCrash();
    expect(rebooted.state.rotation).toMatchObject({ word: 'drain', reason: 'kernel update' });
    rebooted.pass(3000);
    expect(rebooted.kinds('CallHook')).toMatchObject([{ hook: 'drain' }]);
  });

  test('an agent that crashed between the drain hook and undrain still undoes the hook', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1);
    agent.pass(3000);
    agent.returned();
    agent.wish('active', 2);
    const back = agent.afterCrash();
    expect(back.kinds('CallHook')).toMatchObject([{ hook: 'undrain' }]);
  });
});

describe('deadline', () => {
  test('ends what remains by replacing the workload, and says how many that were', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1, 2000);
    agent.count(3);
    expect(agentWakeAt(agent.state, agent.now)).toBe(agent.now + 1000);
    agent.pass(1000);
    expect(agent.kinds('EndSessionsByReplacing')).toHaveLength(1);
    expect(agent.lastReport()).toMatchObject({ phase: 'ending-sessions', reached: false });
    agent.returned();
    expect(agent.lastReport()).toMatchObject({ reached: true, evidence: { kind: 'forced', sessionsEnded: 3 } });
  });

  test('ends them by the hook; where that does not end them, replaces the workload', () => {
    const agent = new PlayedAgent({ hasEndSessionsHook: true });
    agent.wish('drain', 1, 0);
    agent.count(2);
    expect(agent.kinds('CallHook')).toMatchObject([{ hook: 'end-sessions' }]);
    agent.returned();
    agent.count(2);
    expect(agent.lastReport().reached).toBe(false);
    agent.pass(10_000);
    expect(agent.kinds('EndSessionsByReplacing')).toHaveLength(1);
    agent.returned();
    expect(agent.lastReport().evidence).toMatchObject({ kind: 'forced' });

    const obedient = new PlayedAgent({ hasEndSessionsHook: true });
    obedient.count(2);
    obedient.wish('drain', 1, 0);
    obedient.returned();
    obedient.count(0);
    obedient.count(0);
    expect(obedient.lastReport().evidence).toMatchObject({ kind: 'forced', sessionsEnded: 2 });
    expect(obedient.kinds('EndSessionsByReplacing')).toEqual([]);
  });

  test('that is moved or taken back in time ends nobody', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1, 2000);
    agent.wish('drain', 2, null);
    agent.pass(5000);
    expect(agent.kinds('EndSessionsByReplacing')).toEqual([]);
  });

  test('does not end sessions a second time after a crash', () => {
    const agent = new PlayedAgent();
    agent.wish('drain', 1, 0);
    agent.returned();
    const back = agent.afterCrash();
    back.pass(60_000);
    expect(back.kinds('EndSessionsByReplacing')).toEqual([]);
  });
});

describe('acts', () => {
  test('are in the journal before they are accepted, and performed only with the server’s permission', () => {
    const agent = new PlayedAgent({ settleMs: 0 });
    agent.start('op_9');
    expect(agent.entries.at(-1)).toMatchObject({ kind: 'act-accepted' });
    expect(agent.lastUpdate('op_9')).toMatchObject({ sequence: 1_000_001, status: 'accepted', phase: 'accepted' });
    expect(agent.kinds('ReplaceWorkload')).toEqual([]);
    agent.permit('op_9');
    expect(agent.kinds('ReplaceWorkload')).toMatchObject([
      { operationId: 'op_9', graceMs: 5000, previousIncarnation: 1 },
    ]);
  });

  test('a restart leaves rotation, replaces, waits for health, and then has succeeded', () => {
    const agent = new PlayedAgent();
    agent.start('op_9');
    agent.permit('op_9');
    expect(agent.state.rotation.word).toBe('maint');
    agent.pass(3000);
    expect(agent.kinds('ReplaceWorkload')).toHaveLength(1);
    agent.observe({ phase: 'starting', healthy: null, incarnation: 2 });
    agent.input({ kind: 'WorkloadReplaced', operationId: 'op_9', ok: true, incarnation: 2, problem: null });
    expect(agent.lastUpdate('op_9')).toMatchObject({
      status: 'running',
      phase: 'waiting for the workload to become healthy',
    });
    agent.observe({ phase: 'running', healthy: true });
    expect(agent.lastUpdate('op_9')).toMatchObject({
      status: 'succeeded',
      result: { oldIncarnation: 1, newIncarnation: 2 },
    });
    expect(agent.state.rotation.word).toBe('ready');
  });

  test('updates of one act always count up, over crashes too', () => {
    const agent = new PlayedAgent({ settleMs: 0 });
    agent.start('op_9');
    agent.permit('op_9');
    const before = agent.lastUpdate('op_9').sequence;
    const back = agent.afterCrash({ ...HEALTHY, incarnation: 2 });
    const sequences = back.sent().flatMap((message) => (message.kind === 'operation.update' ? [message.sequence] : []));
    expect(Math.min(...sequences)).toBeGreaterThan(before);
    expect(back.lastUpdate('op_9').status).toBe('succeeded');
  });

  test('what is said of an act later counts higher, over reconnections in the middle of it too', () => {
    // An update that was said again at a reconnection once took the number of the end, which the server then ignored.
    const agent = new PlayedAgent();
    agent.start('op_9');
    agent.permit('op_9');
    for (let round = 0; round < 3; round += 1) {
      agent.input({ kind: 'SessionClosed' });
      agent.input({ kind: 'SessionOpened' });
      agent.start('op_9');
    }
    const before = agent.lastUpdate('op_9').sequence;
    agent.pass(3000);
    expect(agent.lastUpdate('op_9').sequence).toBeGreaterThan(before);
    agent.input({ kind: 'SessionClosed' });
    agent.input({ kind: 'SessionOpened' });
    agent.input({ kind: 'WorkloadReplaced', operationId: 'op_9', ok: true, incarnation: 2, problem: null });
    agent.input({ kind: 'SessionClosed' });
    agent.input({ kind: 'SessionOpened' });
    agent.observe({ incarnation: 2 });
    const said = agent.sent().flatMap((message) => (message.kind === 'operation.update' ? [message] : []));
    const byNumber = new Map(said.map((update) => [update.sequence, JSON.stringify(update)]));
    for (const update of said) expect(byNumber.get(update.sequence)).toBe(JSON.stringify(update));
    expect(agent.lastUpdate('op_9').status).toBe('succeeded');
    expect(agent.lastUpdate('op_9').sequence).toBe(Math.max(...byNumber.keys()));
  });

  test('one that is sent again is reported again and not performed again, also after its end was acknowledged', () => {
    const agent = new PlayedAgent({ settleMs: 0 });
    agent.start('op_9', 'reload', null);
    agent.start('op_9', 'reload', null);
    agent.permit('op_9');
    agent.start('op_9', 'reload', null);
    agent.input({
      kind: 'CommandEnded',
      operationId: 'op_9',
      status: 'succeeded',
      result: { exitCode: 0 },
      error: null,
      output: 'ok',
    });
    agent.permit('op_9');
    agent.start('op_9', 'reload', null);
    expect(agent.kinds('RunCommand')).toHaveLength(1);
    const back = agent.afterCrash();
    back.start('op_9', 'reload', null);
    expect(back.kinds('RunCommand')).toEqual([]);
    expect(back.lastUpdate('op_9')).toMatchObject({ status: 'succeeded', output: 'ok' });
  });

  test.each(['reboot', 'constructor', 'toString', '__proto__', ''])(
    '%j, which is not declared, is not run',
    (command) => {
      const agent = new PlayedAgent({ settleMs: 0 });
      agent.start('op_9', command, null);
      agent.permit('op_9');
      expect(agent.kinds('RunCommand')).toEqual([]);
      expect(agent.lastUpdate('op_9')).toMatchObject({ status: 'failed', error: { code: 'command-not-found' } });
    },
  );

  test('one that is permitted while another is performed is begun after it', () => {
    const agent = new PlayedAgent({ settleMs: 0 });
    agent.start('op_9');
    agent.permit('op_9');
    agent.start('op_10', 'reload', null);
    agent.permit('op_10');
    expect(agent.kinds('RunCommand')).toEqual([]);
    agent.input({ kind: 'WorkloadReplaced', operationId: 'op_9', ok: true, incarnation: 2, problem: null });
    agent.observe({ incarnation: 2 });
    expect(agent.kinds('RunCommand')).toMatchObject([{ operationId: 'op_10' }]);
  });

  test('an accepted one that is cancelled is never performed', () => {
    const agent = new PlayedAgent();
    agent.start('op_9');
    agent.message({ kind: 'operation.cancel', operationId: 'op_9', reason: 'expired' });
    agent.permit('op_9');
    expect(agent.kinds('ReplaceWorkload')).toEqual([]);
    expect(agent.lastUpdate('op_9').status).toBe('cancelled');
  });

  test('a workload that was restarted since is not restarted again', () => {
    const agent = new PlayedAgent({}, [], { ...HEALTHY, incarnation: 3 });
    agent.start('op_9', 'restart', 2);
    agent.permit('op_9');
    expect(agent.lastUpdate('op_9')).toMatchObject({
      status: 'succeeded',
      result: { alreadyRestarted: true, newIncarnation: 3 },
    });
  });

  test('a restart that the agent died in is taken up where it was', () => {
    const agent = new PlayedAgent({ settleMs: 0 });
    agent.start('op_9');
    agent.permit('op_9');
    const notYet = agent.afterCrash();
    expect(notYet.kinds('ReplaceWorkload')).toHaveLength(1);
    const done = agent.afterCrash({ ...HEALTHY, incarnation: 2, healthy: null });
    expect(done.kinds('ReplaceWorkload')).toEqual([]);
    done.observe({ healthy: true });
    expect(done.lastUpdate('op_9')).toMatchObject({
      status: 'succeeded',
      result: { oldIncarnation: 1, newIncarnation: 2 },
    });
  });

  test('a restart that the agent died in before it began gives balancers their time again', () => {
    const agent = new PlayedAgent();
    agent.start('op_9');
    agent.permit('op_9');
    const back = agent.afterCrash();
    expect(back.state.rotation.word).toBe('maint');
    back.pass(2999);
    expect(back.kinds('ReplaceWorkload')).toEqual([]);
    back.pass(1);
    expect(back.kinds('ReplaceWorkload')).toHaveLength(1);
  });

  test('a declared command that the agent died in is not repeated: its outcome is unknown', () => {
    const agent = new PlayedAgent();
    agent.start('op_9', 'reload', null);
    agent.permit('op_9');
    const back = agent.afterCrash();
    expect(back.kinds('RunCommand')).toEqual([]);
    expect(back.lastUpdate('op_9')).toMatchObject({
      status: 'failed',
      error: { code: 'interrupted', outcome: 'unknown' },
    });
  });

  test('a workload that does not become healthy fails the restart with its last output', () => {
    const agent = new PlayedAgent({ settleMs: 0 });
    agent.start('op_9');
    agent.permit('op_9');
    agent.input({ kind: 'WorkloadReplaced', operationId: 'op_9', ok: true, incarnation: 2, problem: null });
    agent.observe({ phase: 'crashed', healthy: false, incarnation: 2, problem: 'exited with code 1' });
    agent.pass(10_000);
    expect(agent.kinds('CollectOutput')).toHaveLength(1);
    agent.input({ kind: 'OutputCollected', operationId: 'op_9', output: 'EADDRINUSE' });
    expect(agent.lastUpdate('op_9')).toMatchObject({
      status: 'failed',
      output: 'EADDRINUSE',
      error: { code: 'not-healthy' },
    });
  });

  test('a restart that was given less time than the workload’s own gets no more', () => {
    const agent = new PlayedAgent({ settleMs: 0 });
    agent.message({
      kind: 'operation.start',
      operationId: 'op_9',
      command: 'restart',
      params: {},
      wasAccepted: false,
      expectedIncarnation: 1,
      graceMs: null,
      deadlineInMs: 4000,
    });
    agent.permit('op_9');
    agent.input({ kind: 'WorkloadReplaced', operationId: 'op_9', ok: true, incarnation: 2, problem: null });
    agent.observe({ phase: 'running', healthy: false, incarnation: 2 });
    agent.pass(4000);
    expect(agent.kinds('CollectOutput')).toHaveLength(1);
  });

  test('on a drained node a restart has succeeded only when the new workload has been asked to drain', () => {
    const agent = new PlayedAgent({ settleMs: 0 });
    agent.wish('drain', 1);
    agent.returned();
    agent.count(0);
    agent.count(0);
    agent.start('op_9');
    agent.permit('op_9');
    agent.observe({ incarnation: 2, healthy: null, phase: 'starting' });
    agent.input({ kind: 'WorkloadReplaced', operationId: 'op_9', ok: true, incarnation: 2, problem: null });
    agent.observe({ healthy: true, phase: 'running' });
    expect(agent.lastUpdate('op_9').status).toBe('running');
    agent.returned();
    expect(agent.lastUpdate('op_9').status).toBe('succeeded');
  });

  test('a running command is stopped by a cancel', () => {
    const agent = new PlayedAgent();
    agent.start('op_9', 'reload', null);
    agent.permit('op_9');
    agent.message({ kind: 'operation.cancel', operationId: 'op_9', reason: 'timed out' });
    agent.message({ kind: 'operation.cancel', operationId: 'op_9', reason: 'timed out' });
    expect(agent.kinds('StopCommand')).toHaveLength(1);
  });
});

test('a hello stays small, however much the acts that are not acknowledged have printed', () => {
  // Four long outputs once made it larger than a message may be, and the node could not connect again.
  const agent = new PlayedAgent();
  for (let index = 0; index < 6; index += 1) {
    const id = `op_${index}`;
    agent.start(id, 'reload', null);
    agent.permit(id);
    agent.input({
      kind: 'CommandEnded',
      operationId: id,
      status: 'succeeded',
      result: { exitCode: 0 },
      error: null,
      output: 'x'.repeat(16_000),
    });
  }
  const identity = {
    protocolVersions: [1],
    agentVersion: '1',
    instanceId: 'i',
    proof: null,
    node: { id: 'n', name: 'n', type: 't', port: null, version: null, region: null, zone: null, labels: {} },
    resources: {},
  };
  expect(JSON.stringify(helloOf(agent.state, identity)).length).toBeLessThan(4000);
  agent.input({ kind: 'SessionClosed' });
  const said = agent.input({ kind: 'SessionOpened' });
  expect(said.filter((effect) => effect.kind === 'Send' && effect.message.kind === 'operation.update')).toHaveLength(6);
});

test('what was seen of the workload between the hello and the welcome is told when the session opens', () => {
  // A health check that passed in that moment was lost, and the node stayed unhealthy until the next change.
  const agent = new PlayedAgent({}, [], { ...HEALTHY, healthy: null });
  agent.input({ kind: 'SessionClosed' });
  agent.observe({ healthy: true });
  const effects = agent.input({ kind: 'SessionOpened' });
  expect(effects).toContainEqual({
    kind: 'Send',
    message: expect.objectContaining({ kind: 'heartbeat', workload: expect.objectContaining({ healthy: true }) }),
  });
});

test('a compacted journal replays to the same wish, proof and acts', () => {
  const agent = new PlayedAgent({ settleMs: 0 });
  agent.wish('drain', 3, 60_000);
  agent.returned();
  agent.start('op_9');
  agent.permit('op_9');
  agent.start('op_10', 'reload', null);
  const journal = replayJournal(agent.entries);
  const compacted = replayJournal(entriesOf(journal));
  const withoutSequences = (acts: typeof journal.acts) => acts.map(({ sequence: _sequence, ...act }) => act);
  expect({ ...compacted, acts: withoutSequences(compacted.acts) }).toEqual({
    ...journal,
    acts: withoutSequences(journal.acts),
  });
});

test('commands that the workload offers are told, run once while they are offered, and known to the next session', () => {
  const agent = new PlayedAgent();
  const kick = { name: 'kick', description: '', parameters: {}, disruptive: false, timeoutMs: 700 };
  const told = () => agent.sent().flatMap((message) => (message.kind === 'heartbeat' ? (message.commands ?? []) : []));
  agent.input({ kind: 'CommandsOffered', commands: [kick] });
  expect(told().map(({ name }) => name)).toEqual(['reload', 'kick']);
  agent.start('op_1', 'kick', null);
  expect(agent.permit('op_1')).toContainEqual(
    expect.objectContaining({ kind: 'RunCommand', name: 'kick', timeoutMs: 700 }),
  );
  agent.input({
    kind: 'CommandEnded',
    operationId: 'op_1',
    status: 'succeeded',
    result: null,
    error: null,
    output: '',
  });
  agent.input({ kind: 'CommandsOffered', commands: [] });
  agent.effects = [];
  agent.input({ kind: 'SessionClosed' });
  agent.input({ kind: 'SessionOpened' });
  expect(told().map(({ name }) => name)).toEqual(['reload']);
  agent.start('op_2', 'kick', null);
  agent.permit('op_2');
  expect(agent.lastUpdate('op_2')).toMatchObject({ status: 'failed', error: { code: 'command-not-found' } });
});
