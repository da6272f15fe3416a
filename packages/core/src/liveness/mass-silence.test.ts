/** The brake holds when more than 30 % of at least 5 nodes fall silent within a lease, and only then. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MassSilenceState, NO_SILENCE, type SilenceEvent, stepMassSilence } from './mass-silence.ts';

const LEASE_MS = 30_000;

/** A fleet of `size` nodes whose silences are played to the brake. */
class PlayedFleet {
  state: MassSilenceState = NO_SILENCE;
  now = 1_000_000;
  readonly confirm: string[] = [];
  readonly offline = new Set<string>();
  readonly #size: number;

  constructor(size: number) {
    this.#size = size;
  }

  fall(...nodeIds: readonly string[]): void {
    for (const nodeId of nodeIds) this.offline.add(nodeId);
    this.#step({ fell: nodeIds, back: [] });
  }

  back(...nodeIds: readonly string[]): void {
    for (const nodeId of nodeIds) this.offline.delete(nodeId);
    this.#step({ fell: [], back: nodeIds });
  }

  pass(ms: number): void {
    this.now += ms;
    this.#step({ fell: [], back: [] });
  }

  #step(event: SilenceEvent): void {
    const believedNodes = this.#size - this.offline.size;
    const step = stepMassSilence(this.state, event, { now: this.now, leaseMs: LEASE_MS, believedNodes });
    this.state = step.state;
    this.confirm.push(...step.confirm);
  }
}

describe('the brake', () => {
  test('holds when 4 of 10 fall silent within a lease; what waits for each of them must be confirmed', () => {
    const fleet = new PlayedFleet(10);
    fleet.fall('a', 'b', 'c');
    expect(fleet.state.since).toBeNull();
    fleet.pass(20_000);
    fleet.fall('d');
    expect(fleet.state.since).not.toBeNull();
    expect(fleet.confirm).toEqual(['a', 'b', 'c', 'd']);
    fleet.fall('e');
    expect(fleet.confirm).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  test('does not hold when they fall silent one after the other', () => {
    const fleet = new PlayedFleet(10);
    for (const nodeId of ['a', 'b', 'c', 'd', 'e', 'f']) {
      fleet.fall(nodeId);
      fleet.pass(LEASE_MS + 1);
    }
    expect(fleet.state.since).toBeNull();
  });

  test('does not hold in a fleet of four', () => {
    const fleet = new PlayedFleet(4);
    fleet.fall('a', 'b', 'c', 'd');
    expect(fleet.state.since).toBeNull();
  });

  test('ends when few have been silent for a whole lease, and holds anew after', () => {
    const fleet = new PlayedFleet(10);
    fleet.fall('a', 'b', 'c', 'd');
    fleet.back('a', 'b');
    fleet.pass(LEASE_MS - 1);
    expect(fleet.state.since).not.toBeNull();
    fleet.pass(1);
    expect(fleet.state.since).toBeNull();
    fleet.fall('a', 'b', 'e', 'f');
    expect(fleet.state.since).not.toBeNull();
  });

  test('goes on for as long as too many stay away, and ends when they are taken out of the fleet', () => {
    const fleet = new PlayedFleet(10);
    fleet.fall('a', 'b', 'c', 'd');
    for (let minute = 0; minute < 100; minute += 1) fleet.pass(60_000);
    expect(fleet.state.since).not.toBeNull();
    fleet.back('a', 'b', 'c', 'd');
    fleet.pass(LEASE_MS);
    fleet.pass(LEASE_MS);
    expect(fleet.state.since).toBeNull();
  });

  test('some that flap do not end it early', () => {
    const fleet = new PlayedFleet(10);
    fleet.fall('a', 'b', 'c', 'd');
    for (let round = 0; round < 5; round += 1) {
      fleet.back('a');
      fleet.pass(LEASE_MS - 1);
      fleet.fall('a');
    }
    expect(fleet.state.since).not.toBeNull();
  });
});

test('it never holds without more than 30 % having fallen silent within a lease, and always with that', () => {
  const step = fc.record({
    node: fc.integer({ min: 0, max: 11 }),
    kind: fc.constantFrom('fall', 'back', 'pass'),
    ms: fc.integer({ min: 0, max: 40_000 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 12 }), (steps, size) => {
      const fleet = new PlayedFleet(size);
      const fellAt = new Map<string, number>();
      for (const { node, kind, ms } of steps) {
        const nodeId = `n${node % size}`;
        const wasHolding = fleet.state.since !== null;
        if (kind === 'pass') fleet.pass(ms);
        if (kind === 'back') {
          fellAt.delete(nodeId);
          fleet.back(nodeId);
        }
        if (kind === 'fall' && !fleet.offline.has(nodeId)) {
          fellAt.set(nodeId, fleet.now);
          fleet.fall(nodeId);
        }
        const together = [...fellAt.values()].filter((at) => at >= fleet.now - LEASE_MS).length;
        const believed = size - fleet.offline.size;
        const isMass = together + believed >= 5 && together > 0.3 * (together + believed);
        if (!wasHolding) expect(fleet.state.since !== null).toBe(isMass);
      }
    }),
  );
});
