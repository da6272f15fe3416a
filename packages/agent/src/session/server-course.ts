/**
 * Which server an agent tries next, and after how long: round all of them, beginning with its own first choice. It rests between rounds
 * only, so that the loss of one server costs a moment, and the loss of all does not become a storm.
 */
import type { ServerUrls } from '../server-urls.ts';
import { backoffMs } from './backoff.ts';

/** Milliseconds between tries that only a person can make succeed (a wrong token, a node id in use). */
export const SLOW_RETRY_MS = 30_000;
/** Milliseconds until a try that has something new to say. */
const RETRY_OTHERWISE_MS = 200;
/** Milliseconds over which those come back that were told the same time: who was told when has waited enough by then. */
const TOLD_SPREAD_MS = 1000;
/** How often in a row an agent lets one server put it off: one that has too much to do has less then; one that cannot reach its store, or is full, may not. */
const PUT_OFFS_MAX = 2;

export interface ServerCourse {
  /** In this node's own order. */
  readonly order: ServerUrls;
  /** Where the session is, or is tried. */
  readonly at: string;
  /** Those of this round that come after it. */
  readonly left: readonly string[];
  /** How many rounds, and waits for one server, were in vain since the agent had a session. */
  readonly rests: number;
  /** How often in a row this server has put it off. */
  readonly putOffs: number;
}

/** How a session, or a try for one, ended. */
export type SessionEnd =
  /** Nobody answers, the connection broke, or the server is stopping. `toldMs`: when it wants to be asked again. */
  | { readonly kind: 'gone'; readonly toldMs: number | null }
  /** The server is there, and takes the agent later. `toldMs` is another one for each agent. */
  | { readonly kind: 'put-off'; readonly toldMs: number | null }
  /** The same, with one time for all. */
  | { readonly kind: 'busy'; readonly toldMs: number }
  /** Only a person can make it succeed. */
  | { readonly kind: 'refused' }
  /** The server may let the agent in when it says something else, and it has something else to say. */
  | { readonly kind: 'say-otherwise' };

export interface NextTry {
  readonly course: ServerCourse;
  readonly waitMs: number;
}

export function beginCourse(order: ServerUrls): ServerCourse {
  const [at, ...left] = order;
  return { order, at, left, rests: 0, putOffs: 0 };
}

/** The agent has its session: what was before is forgotten, and after it a new round begins. */
export function withSession(course: ServerCourse): ServerCourse {
  return { ...course, left: [], rests: 0, putOffs: 0 };
}

/** Whether the agent is where it goes first. */
export function isAtHome({ order, at }: ServerCourse): boolean {
  return at === order[0];
}

/** @param random At least 0, less than 1. */
export function afterEnd(course: ServerCourse, end: SessionEnd, random: number): NextTry {
  const backoff = backoffMs(course.rests, random);
  switch (end.kind) {
    case 'gone':
      return afterGone(course, end.toldMs, random);
    case 'put-off':
      return { course: putOff(course), waitMs: end.toldMs === null ? backoff : spread(end.toldMs, random) };
    case 'busy':
      return { course: putOff(course), waitMs: end.toldMs + backoff };
    case 'refused':
      return { course: onward(course), waitMs: SLOW_RETRY_MS + backoff };
    case 'say-otherwise':
      return { course: again(course), waitMs: RETRY_OTHERWISE_MS + backoff };
  }
}

function afterGone(course: ServerCourse, toldMs: number | null, random: number): NextTry {
  const next = onward(course);
  // A moment of its own for each agent: all that this server had come to the others now.
  if (course.left.length > 0) return { course: next, waitMs: backoffMs(0, random) };
  // What a server says of itself says nothing of another one.
  const isSame = next.at === course.at;
  return {
    course: next,
    waitMs: toldMs !== null && isSame ? spread(toldMs, random) : backoffMs(course.rests, random),
  };
}

function spread(toldMs: number, random: number): number {
  return toldMs + Math.round(random * TOLD_SPREAD_MS);
}

function putOff(course: ServerCourse): ServerCourse {
  return course.putOffs + 1 < PUT_OFFS_MAX ? again(course) : onward(course);
}

/** The same server once more. */
function again(course: ServerCourse): ServerCourse {
  return { ...course, rests: course.rests + 1, putOffs: course.putOffs + 1 };
}

/** The next of the round; after the last one a new round, in which the one that was just tried, or just lost, comes last. */
function onward({ order, at, left, rests }: ServerCourse): ServerCourse {
  const [next, ...others] = left;
  if (next !== undefined) return { order, at: next, left: others, rests, putOffs: 0 };
  const [first, ...rest] = [...order.filter((each) => each !== at), at];
  return { order, at: first, left: rest, rests: rests + 1, putOffs: 0 };
}
