/** A balancer that is told must have confirmed before anybody is asked to go; one that cannot be told is said. */
import { describe, expect, test } from 'vitest';
import { HEALTHY } from '../node-fixture.ts';
import type { AgentEffect, AgentInput } from './agent-io.ts';
import { agentWakeAt, startAgentState } from './agent-start.ts';
import type { AgentState } from './agent-state.ts';
import { agentStep } from './agent-step.ts';

const SETTLE_MS = 500;

/** An agent with a balancer that is told; only what it does about the drain and the restart is looked at. */
class ToldAgent {
  state: AgentState = startAgentState(
    {
      settleMs: SETTLE_MS,
      confirmsRotation: true,
      hasSessionsProbe: true,
      hasDrainHook: true,
      hasUndrainHook: true,
      hasEndSessionsHook: false,
      stopGraceMs: 5000,
      healthyWithinMs: 10_000,
      commandTimeoutsMs: {},
    },
    [],
    HEALTHY,
  );
  now = 1_000_000;
  readonly effects: AgentEffect[] = [];

  constructor() {
    this.take({ kind: 'AgentStarted', workload: HEALTHY });
    this.take({ kind: 'SessionOpened' });
    this.take({ kind: 'RotationTold', word: 'ready', problem: null });
  }

  take(input: AgentInput): void {
    const step = agentStep(this.state, input, this.now);
    this.state = step.state;
    this.effects.push(...step.effects);
  }

  pass(durationMs: number): void {
    this.now += durationMs;
    this.take({ kind: 'Woken' });
  }

  drain(forceInMs: number | null = null): void {
    const message = {
      kind: 'availability.set',
      sinceGeneration: 0,
      generation: 1,
      availability: 'drain',
      holds: [],
    } as const;
    this.take({ kind: 'MessageReceived', message: { ...message, forceInMs, holds: [] } });
  }

  restart(): void {
    this.take({
      kind: 'MessageReceived',
      message: {
        kind: 'operation.start',
        operationId: 'op_9',
        command: 'restart',
        params: {},
        wasAccepted: false,
        expectedIncarnation: 1,
        graceMs: null,
        deadlineInMs: 60_000,
      },
    });
    const sequence = this.state.journal.acts[0]?.sequence ?? 0;
    this.take({ kind: 'MessageReceived', message: { kind: 'operation.ack', operationId: 'op_9', sequence } });
  }

  did(kind: AgentEffect['kind']): number {
    return this.effects.filter((effect) => effect.kind === kind).length;
  }

  problem(): string | null {
    return this.state.reported?.problem ?? null;
  }
}

describe('a drain', () => {
  test('asks the workload when the balancer has confirmed and had its time, counted from then', () => {
    const agent = new ToldAgent();
    agent.drain();
    agent.pass(60_000);
    expect(agent.did('CallHook')).toBe(0);
    // A late answer about the word before it confirms nothing.
    agent.take({ kind: 'RotationTold', word: 'ready', problem: null });
    agent.take({ kind: 'RotationTold', word: 'drain', problem: null });
    expect(agentWakeAt(agent.state, agent.now)).toBe(agent.now + SETTLE_MS);
    agent.pass(SETTLE_MS - 1);
    expect(agent.did('CallHook')).toBe(0);
    agent.pass(1);
    expect(agent.did('CallHook')).toBe(1);
  });

  test('says why it waits, and goes on when the balancer is back', () => {
    const agent = new ToldAgent();
    agent.drain();
    agent.take({ kind: 'RotationTold', word: 'drain', problem: 'nobody listens' });
    expect(agent.problem()).toBe('nobody listens');
    agent.pass(SETTLE_MS);
    expect(agent.did('CallHook')).toBe(0);
    agent.take({ kind: 'RotationTold', word: 'drain', problem: null });
    expect(agent.problem()).toBeNull();
    agent.pass(SETTLE_MS);
    expect(agent.did('CallHook')).toBe(1);
  });

  test('a balancer that ends after it has confirmed keeps nobody waiting', () => {
    const agent = new ToldAgent();
    agent.drain();
    agent.take({ kind: 'RotationTold', word: 'drain', problem: null });
    agent.take({ kind: 'RotationTold', word: 'drain', problem: 'nobody listens' });
    agent.pass(SETTLE_MS);
    expect(agent.did('CallHook')).toBe(1);
  });

  test('a forced deadline does not wait for a balancer', () => {
    const agent = new ToldAgent();
    agent.drain(5000);
    agent.pass(5000);
    expect(agent.did('EndSessionsByReplacing')).toBe(1);
  });
});

describe('a restart of a node in rotation', () => {
  test('replaces the workload when the balancer has confirmed and had its time', () => {
    const agent = new ToldAgent();
    agent.restart();
    agent.pass(10_000);
    expect(agent.did('ReplaceWorkload')).toBe(0);
    agent.take({ kind: 'RotationTold', word: 'maint', problem: null });
    agent.pass(SETTLE_MS);
    expect(agent.did('ReplaceWorkload')).toBe(1);
  });

  test('is given up at its deadline, with nothing done, where the balancer cannot be told', () => {
    const agent = new ToldAgent();
    agent.restart();
    agent.take({ kind: 'RotationTold', word: 'maint', problem: 'nobody listens' });
    agent.pass(59_999);
    expect(agent.state.performing).not.toBeNull();
    agent.pass(1);
    expect(agent.did('ReplaceWorkload')).toBe(0);
    expect(agent.state.journal.acts[0]?.end).toMatchObject({
      status: 'failed',
      error: { code: 'balancer-unconfirmed', message: expect.stringContaining('nobody listens') },
    });
    expect(agent.state.rotation.word).toBe('ready');
  });
});
