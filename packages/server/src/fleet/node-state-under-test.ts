/** Test support: a node's state with the labels that a test wants, made through the one door of the core. */
import { evolve, type NodeState } from '@sluice/core';

/** @param isOut Whether it is offline; else it is healthy and in rotation. */
export function nodeStateUnderTest(
  id: string,
  labels: Readonly<Record<string, string>>,
  zone: string,
  isOut: boolean,
): NodeState {
  const born = evolve(null, { kind: 'NodeRegistered' }, id, 1);
  if (born === null) throw new Error(`${id} was not born`);
  return {
    ...born,
    identity: { id, name: id, type: 'game-server', port: null, version: null, region: 'eu', zone, labels },
    offlineSince: isOut ? 1 : null,
    workload: { ...born.workload, phase: 'running', healthy: true },
  };
}
