/** What kind of trouble a world is in: drawn from its seed, so that some worlds have much of one thing and none of another. */
import { Random } from './random.ts';

export interface Profile {
  readonly nodes: number;
  readonly clients: number;
  /** What the one budget, which is for all nodes, allows; `null`: there is none. */
  readonly maxUnavailable: number | string | null;
  /** Virtual milliseconds during which things go wrong. */
  readonly troubleMs: number;
  /** Probability that the agent dies at a step: before and after each effect and each write of its journal. */
  readonly agentCrash: number;
  /** Probability that the server dies at a step: before and after each commit and each message that it sends. */
  readonly serverCrash: number;
  /** Milliseconds that a dead process stays dead at most. */
  readonly downMsMax: number;
  /** Probability that a message is slow, and how slow at most. */
  readonly slow: number;
  readonly slowMsMax: number;
  /** Probability per connection and look that it breaks; what is on the way then is lost, or comes late. */
  readonly cut: number;
  /** Probability per node and look that nothing passes for a while, in one direction or both. */
  readonly partition: number;
  /** Probability that a connection attempt fails. */
  readonly refused: number;
  /** Probability that a commit fails, and that nobody knows at first whether it did. */
  readonly storeFails: number;
  readonly storeDoubts: number;
  /** Probability per look that the server stands still for longer than a lease. */
  readonly freeze: number;
  /** Which side is put back to an older copy of itself in the middle; `none`: neither. */
  readonly restore: 'none' | 'server' | 'agent';
  /** Milliseconds between two requests of a client at most. */
  readonly requestEveryMsMax: number;
  /** Whether there is a budget, and operators who start and steer rollouts over more nodes. */
  readonly rollouts: boolean;
  /** Servers; several share a database, with troubles of their own. */
  readonly servers: number;
  /** Probability per server and look that the database cannot be reached from it for a while, and per look that nobody can. */
  readonly databaseCut: number;
  readonly databaseDown: number;
  /** Probability that a word to or from the database is slow. */
  readonly databaseSlow: number;
  /** Probability that a server is not told of a commit. */
  readonly hintsLost: number;
  /** Probability per server and look that no agent can reach it for a while. */
  readonly serverCut: number;
  /** Probability per server and look that it leaves in an orderly way, and comes back. */
  readonly leaves: number;
  /** Probability that a server stands still just when it may commit. */
  readonly freezeWithPen: number;
}

type OfServers = Pick<
  Profile,
  'servers' | 'databaseCut' | 'databaseDown' | 'databaseSlow' | 'hintsLost' | 'serverCut' | 'leaves' | 'freezeWithPen'
>;

/** Probability that a world has rollouts. */
const ROLLOUTS = 0.2;
/** Probability that a world has several servers. */
const SEVERAL_SERVERS = 0.3;

export function profileOf(seed: number): Profile {
  const random = new Random(seed, 'profile');
  const isRestore = random.chance(0.2);
  const restore = isRestore ? random.pick('server', 'agent') : 'none';
  const profile: Omit<Profile, 'rollouts'> = {
    ...serversOf(seed),
    nodes: random.pick(1, 1, 2),
    clients: random.pick(1, 2, 3),
    // Drawn by itself, so that the rest of a world is as it would be without.
    maxUnavailable: new Random(seed, 'budget').pick<number | string | null>(null, null, null, 1, '50%', 0),
    troubleMs: random.between(10_000, 30_000),
    agentCrash: random.pick(0, 0.004, 0.03),
    serverCrash: random.pick(0, 0.004, 0.02),
    downMsMax: random.pick(500, 5000, 40_000),
    slow: random.pick(0.01, 0.05, 0.3),
    slowMsMax: random.pick(300, 4000),
    cut: random.pick(0, 0.03, 0.15),
    partition: random.pick(0, 0.02, 0.1),
    refused: random.pick(0, 0.2),
    storeFails: random.pick(0, 0, 0.03),
    storeDoubts: random.pick(0, 0, 0.02),
    freeze: random.pick(0, 0, 0.02),
    restore,
    requestEveryMsMax: random.pick(1500, 5000, 12_000),
  };
  const ofRollouts = new Random(seed, 'rollouts');
  if (!ofRollouts.chance(ROLLOUTS)) return { ...profile, rollouts: false };
  // What a rollout did that an older copy does not know of is promised by nobody.
  const troubleMs = ofRollouts.between(20_000, 60_000);
  return { ...profile, rollouts: true, restore: 'none', troubleMs, nodes: ofRollouts.pick(3, 4) };
}

function serversOf(seed: number): OfServers {
  const random = new Random(seed, 'servers');
  const untroubled = {
    databaseCut: 0,
    databaseDown: 0,
    databaseSlow: 0,
    hintsLost: 0,
    serverCut: 0,
    leaves: 0,
    freezeWithPen: 0,
  };
  if (!random.chance(SEVERAL_SERVERS)) return { servers: 1, ...untroubled };
  return {
    servers: random.pick(2, 3),
    databaseCut: random.pick(0, 0.01, 0.05),
    databaseDown: random.pick(0, 0, 0.01),
    databaseSlow: random.pick(0, 0.05, 0.3),
    hintsLost: random.pick(0, 0.3, 1),
    serverCut: random.pick(0, 0.01, 0.05),
    leaves: random.pick(0, 0, 0.02),
    freezeWithPen: random.pick(0, 0, 0.003),
  };
}
