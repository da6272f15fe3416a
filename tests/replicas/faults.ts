/** What may happen to one of several servers, or to their database, and how long it lasts. */
import { pause } from '../crashes/pause.ts';
import type { ReplicasUnderTest } from './replicas-under-test.ts';

/** Milliseconds by which each message to and from a slow database is late. */
const SLOW_MS = 60;

export const FAULTS = {
  /** Killed, and started again. */
  killed: async (replicas: ReplicasUnderTest, index: number, lastsMs: number) => {
    const { fleet } = replicas.at(index);
    await fleet.stopServer('SIGKILL');
    await pause(lastsMs);
    await fleet.startServer();
  },
  /** The zombie: it stands still in the middle of whatever it does, and goes on as if nothing had happened. */
  frozen: async (replicas: ReplicasUnderTest, index: number, lastsMs: number) => {
    const { fleet } = replicas.at(index);
    fleet.signalServer('SIGSTOP');
    await pause(lastsMs);
    fleet.signalServer('SIGCONT');
  },
  /** Its connections to PostgreSQL are cut, and it can make no other. */
  'cut off from the database': async (replicas: ReplicasUnderTest, index: number, lastsMs: number) => {
    const { database } = replicas.at(index);
    database.cut();
    await pause(lastsMs);
    database.mend();
  },
  /** PostgreSQL does not answer it, and its connections look as if nothing were wrong. */
  'left without an answer of the database': async (replicas: ReplicasUnderTest, index: number, lastsMs: number) => {
    const { database } = replicas.at(index);
    database.hold();
    await pause(lastsMs);
    database.mend();
  },
  /** Agents cannot reach it, and it hears nothing of why. */
  'cut off from its agents': async (replicas: ReplicasUnderTest, index: number, lastsMs: number) => {
    const { door } = replicas.at(index);
    door.cut();
    await pause(lastsMs);
    door.mend();
  },
  'far from the database': async (replicas: ReplicasUnderTest, index: number, lastsMs: number) => {
    const { database } = replicas.at(index);
    database.slow(SLOW_MS);
    await pause(lastsMs);
    database.mend();
  },
  'without a database, as all are': async (replicas: ReplicasUnderTest, _index: number, lastsMs: number) => {
    await replicas.postgres.kill();
    await pause(lastsMs);
    await replicas.postgres.startAgain();
  },
  /** The database is lost with its machine; a standby that each commit waited for takes its place. */
  'on another database, as all are': async (replicas: ReplicasUnderTest, _index: number, lastsMs: number) => {
    await replicas.followDatabase();
    await replicas.postgres.kill();
    await pause(lastsMs);
    await replicas.failOver();
  },
} as const;

export type Fault = keyof typeof FAULTS;

/** Milliseconds for which each lasts by itself: a server that cannot be heard of is given up meanwhile, and a frozen one's leases are over. */
export const LASTING_MS: Readonly<Record<Fault, number>> = {
  killed: 1000,
  frozen: 6000,
  'cut off from the database': 4000,
  'left without an answer of the database': 4000,
  'cut off from its agents': 1500,
  'far from the database': 2000,
  'without a database, as all are': 1500,
  'on another database, as all are': 500,
};

export const FAULT_NAMES: readonly [Fault, ...Fault[]] = [
  'killed',
  'frozen',
  'cut off from the database',
  'left without an answer of the database',
  'cut off from its agents',
  'far from the database',
  'without a database, as all are',
  'on another database, as all are',
];
