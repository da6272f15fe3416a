/** The nodes of the demo, three unless more are asked for: who they are, and the agent.yaml of each. */
import { stringify } from 'yaml';
import { ownFile } from '../install/own-files.ts';

export interface DemoNode {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly region: string;
  readonly zone: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Simulated players that the game server keeps about. */
  readonly players: number;
  /** Seconds that a player stays, on average. */
  readonly playSeconds: number;
}

/** Nodes of a demo when nothing is said, and at most: each is an agent and a game server. */
export const DEMO_NODES_DEFAULT = 3;
export const DEMO_NODES_MAX = 50;

const FIRST_NODES: readonly DemoNode[] = [
  {
    id: 'lobby-1',
    name: 'Lobby 1',
    type: 'lobby',
    region: 'eu-west',
    zone: 'a',
    labels: { game: 'chess', env: 'demo' },
    players: 12,
    playSeconds: 15,
  },
  {
    id: 'arena-1',
    name: 'Arena 1',
    type: 'arena',
    region: 'eu-west',
    zone: 'b',
    labels: { game: 'chess', mode: 'ranked', env: 'demo' },
    players: 8,
    playSeconds: 30,
  },
  {
    id: 'arena-2',
    name: 'Arena 2',
    type: 'arena',
    region: 'us-east',
    zone: 'a',
    labels: { game: 'go', mode: 'casual', env: 'demo' },
    players: 10,
    playSeconds: 20,
  },
];

/** The first three, and as many arenas more as are asked for, spread over two regions of three zones. */
export function demoNodes(count: number): readonly DemoNode[] {
  const more = Array.from({ length: Math.max(0, count - FIRST_NODES.length) }, (_, index): DemoNode => {
    const number = index + FIRST_NODES.length;
    return {
      id: `arena-${number}`,
      name: `Arena ${number}`,
      type: 'arena',
      region: number % 2 === 0 ? 'eu-west' : 'us-east',
      zone: ['a', 'b', 'c'][number % 3] ?? 'a',
      labels: { game: number % 2 === 0 ? 'chess' : 'go', mode: number % 4 === 0 ? 'ranked' : 'casual', env: 'demo' },
      players: 6 + (number % 5) * 2,
      playSeconds: 10 + (number % 4) * 5,
    };
  });
  return [...FIRST_NODES, ...more].slice(0, count);
}

/** A file of examples/game-server. */
export function gameServerFile(path: string): string {
  return ownFile(`examples/game-server/${path}`);
}

export interface DemoNodePlace {
  readonly serverUrl: string;
  readonly stateDir: string;
  /** Where its game server listens. */
  readonly port: number;
  /** Where load balancers may ask whether it takes players. */
  readonly rotationPort: number;
}

/** The agent.yaml of a node; the join token comes from the environment, so that no file holds it. */
export function agentYaml(node: DemoNode, place: DemoNodePlace): string {
  const game = `http://127.0.0.1:${place.port}`;
  return stringify({
    server: place.serverUrl,
    joinToken: '${SLUICE_JOIN_TOKEN}',
    node: {
      id: node.id,
      name: node.name,
      type: node.type,
      region: node.region,
      zone: node.zone,
      port: place.port,
      version: '1.0.0',
      labels: node.labels,
    },
    stateDir: place.stateDir,
    onAgentStop: 'stop',
    workload: {
      driver: 'process',
      command: [process.execPath, gameServerFile('dist/server.js')],
      env: { PORT: String(place.port), PLAYERS: String(node.players), PLAY_SECONDS: String(node.playSeconds) },
      stopGrace: '5s',
      health: { http: `${game}/healthz`, interval: '1s', healthyWithin: '30s' },
      sessions: { http: `${game}/stats`, pointer: '/sessions' },
      drain: { http: { method: 'POST', url: `${game}/drain` } },
      undrain: { http: { method: 'DELETE', url: `${game}/drain` } },
    },
    rotation: { http: `127.0.0.1:${place.rotationPort}`, settle: '1s' },
    commands: {
      stats: {
        description: 'Say who plays, and since when',
        exec: [process.execPath, gameServerFile('commands/stats.mjs'), game],
        timeout: '10s',
      },
      invite: {
        description: 'Let one more player in',
        exec: [process.execPath, gameServerFile('commands/invite.mjs'), game],
        timeout: '10s',
        params: {
          name: { type: 'string', default: 'guest' },
          seconds: { type: 'integer', minimum: 1, maximum: 3600, default: 30 },
        },
      },
    },
  });
}
