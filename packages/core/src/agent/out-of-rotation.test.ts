/** A balancer that is told must have confirmed before anybody is asked to go; one that cannot be told is said. */
import { describe, expect, test } from 'vitest';
import type { AgentEffect } from './agent-io.ts';
import { agentWakeAt } from './agent-start.ts';
import { PlayedAgent } from './played-agent.ts';

const SETTLE_MS = 500;

/** An agent with a balancer that is told, and has confirmed that the node is in rotation. */
class ToldAgent extends PlayedAgent {
  constructor() {
    super({ settleMs: SETTLE_MS, confirmsRotation: true });
    this.input({ kind: 'RotationTold', word: 'ready', problem: null });
  }

  restart(): void {
    this.start('op_9');
    this.permit('op_9');
  }

  did(kind: AgentEffect['kind']): number {
    return this.kinds(kind).length;
  }

  problem(): string | null {
    return this.state.reported?.problem ?? null;
  }
}

describe('a drain', () => {
  test('asks the workload when the balancer has confirmed and had its time, counted from then', () => {
    const agent = new ToldAgent();
    agent.wish('drain', 1);
    agent.pass(60_000);
    expect(agent.did('CallHook')).toBe(0);
    // A late answer about the word before it confirms nothing.
    agent.input({ kind: 'RotationTold', word: 'ready', problem: null });
    agent.input({ kind: 'RotationTold', word: 'drain', problem: null });
    expect(agentWakeAt(agent.state, agent.now)).toBe(agent.now + SETTLE_MS);
    agent.pass(SETTLE_MS - 1);
    expect(agent.did('CallHook')).toBe(0);
    agent.pass(1);
    expect(agent.did('CallHook')).toBe(1);
  });

  test('says why it waits, and goes on when the balancer is back', () => {
    const agent = new ToldAgent();
    agent.wish('drain', 1);
    agent.input({ kind: 'RotationTold', word: 'drain', problem: 'nobody listens' });
    expect(agent.problem()).toBe('nobody listens');
    agent.pass(SETTLE_MS);
    expect(agent.did('CallHook')).toBe(0);
    agent.input({ kind: 'RotationTold', word: 'drain', problem: null });
    expect(agent.problem()).toBeNull();
    agent.pass(SETTLE_MS);
    expect(agent.did('CallHook')).toBe(1);
  });

  test('a balancer that ends after it has confirmed keeps nobody waiting', () => {
    const agent = new ToldAgent();
    agent.wish('drain', 1);
    agent.input({ kind: 'RotationTold', word: 'drain', problem: null });
    agent.input({ kind: 'RotationTold', word: 'drain', problem: 'nobody listens' });
    agent.pass(SETTLE_MS);
    expect(agent.did('CallHook')).toBe(1);
  });

  test('a forced deadline does not wait for a balancer', () => {
    const agent = new ToldAgent();
    agent.wish('drain', 1, 5000);
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
    agent.input({ kind: 'RotationTold', word: 'maint', problem: null });
    agent.pass(SETTLE_MS);
    expect(agent.did('ReplaceWorkload')).toBe(1);
  });

  test('is given up at its deadline, with nothing done, where the balancer cannot be told', () => {
    const agent = new ToldAgent();
    agent.restart();
    agent.input({ kind: 'RotationTold', word: 'maint', problem: 'nobody listens' });
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
