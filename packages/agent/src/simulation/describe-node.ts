/** What simulated nodes are called and how they are labelled: spread as in a fleet that people run. */
import type { NodeIdentity } from '@sluice/contract';

const TYPES = ['game-server', 'game-server', 'game-server', 'relay', 'worker'] as const;
const REGIONS = ['eu-west', 'us-east', 'ap-south'] as const;
const ZONES = ['a', 'b', 'c'] as const;
const GAMES = ['chess', 'go', 'shogi', 'mahjong'] as const;
/** One node of so many is no production. */
const STAGING_EVERY = 10;
const DIGITS = 5;

export function describeNode(prefix: string, index: number): NodeIdentity {
  const id = `${prefix}-${String(index + 1).padStart(DIGITS, '0')}`;
  return {
    id,
    name: id,
    type: pick(TYPES, index),
    port: 7777,
    version: '1.0.0',
    region: pick(REGIONS, Math.floor(index / 5)),
    zone: pick(ZONES, Math.floor(index / 15)),
    labels: {
      game: pick(GAMES, Math.floor(index / 3)),
      env: index % STAGING_EVERY === 0 ? 'staging' : 'prod',
      simulated: 'yes',
    },
  };
}

function pick<T>(from: readonly [T, ...T[]], index: number): T {
  return from[index % from.length] ?? from[0];
}
