/** Asks how many sessions the workload has. A number is only said when one was read: a node is never called empty by mistake. */
import type { Blocker } from '@sluice/contract';
import { requestOverHttp } from '../http-request.ts';
import { parseJson } from '../parse-json.ts';
import { quote } from '../quote.ts';
import { runCommand, whatWentWrong } from '../run-command.ts';
import { valueAt } from './json-pointer.ts';
import type { ProbeContext, SessionsSource } from './probe-settings.ts';
import { countConnections } from './tcp-connections.ts';

/** `blockers` is there when the workload names its sessions: at most 100 of them. */
export type SessionsReading =
  | { readonly ok: true; readonly sessions: number; readonly blockers?: readonly Blocker[] }
  | { readonly ok: false; readonly problem: string };

/** Sessions that are named; the others only count. The contract takes no more, and no person reads more. */
const BLOCKERS_MAX = 100;
/** Characters of a session's id, as the contract takes them. */
const BLOCKER_ID_LENGTH_MAX = 256;

export async function probeSessions(
  source: Exclude<SessionsSource, { kind: 'library' }>,
  context: ProbeContext,
): Promise<SessionsReading> {
  switch (source.kind) {
    case 'http':
      return overHttp(source, context);
    case 'tcp-port':
      return byPort(source.port, context);
    case 'exec':
      return byCommand(source, context);
  }
}

async function overHttp(
  { url, pointer }: Extract<SessionsSource, { kind: 'http' }>,
  { timeoutMs, signal }: ProbeContext,
): Promise<SessionsReading> {
  const answer = await requestOverHttp({ method: 'GET', url, timeoutMs, ...(signal === undefined ? {} : { signal }) });
  if (answer.kind === 'failed') return unreadable(`GET ${url} ${answer.problem}.`);
  if (answer.status < 200 || answer.status >= 300)
    return unreadable(`GET ${url} answered ${answer.status}, expected 200 to 299.`);
  const document = parseJson(answer.body);
  if (document === undefined) return unreadable(`GET ${url} answered no JSON: ${quote(answer.body)}`);
  const value = valueAt(document, pointer);
  if (Array.isArray(value)) return { ok: true, sessions: value.length, blockers: blockersOf(value) };
  const name = pointer === '' ? 'the whole answer' : pointer.slice(1).replaceAll('/', '.');
  if (value === undefined) return unreadable(`GET ${url} answered nothing at ${pointer}: ${quote(answer.body)}`);
  if (isCount(value)) return { ok: true, sessions: value };
  return unreadable(
    `GET ${url} answered ${name} = ${quote(JSON.stringify(value))}, expected a whole number of 0 or more.`,
  );
}

async function byPort(port: number, { timeoutMs }: ProbeContext): Promise<SessionsReading> {
  try {
    return { ok: true, sessions: await countConnections(port, timeoutMs) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    return unreadable(
      `The connections to port ${port} cannot be counted, ${error instanceof Error ? error.message : String(error)}${cause}.`,
    );
  }
}

async function byCommand(
  { command }: Extract<SessionsSource, { kind: 'exec' }>,
  context: ProbeContext,
): Promise<SessionsReading> {
  const outcome = await runCommand({ command, ...context });
  const problem = whatWentWrong(outcome, context.timeoutMs);
  const what = `'${quote(command.join(' '))}'`;
  if (problem !== null || outcome.kind !== 'exited') return unreadable(`${what} ${problem ?? 'did not end'}.`);
  const lastLine = outcome.output.trim().split('\n').at(-1)?.trim() ?? '';
  const count = /^\d{1,15}$/u.test(lastLine) ? Number(lastLine) : null;
  if (count !== null) return { ok: true, sessions: count };
  return unreadable(
    `${what} printed ${lastLine === '' ? 'nothing' : quote(lastLine)} as its last line, expected a whole number of 0 or more.`,
  );
}

/** The sessions that say who they are; the longest-lived first, since those are what one waits for. */
function blockersOf(sessions: readonly unknown[]): readonly Blocker[] {
  const named = sessions.flatMap((session): Blocker[] => {
    const id = fieldOf(session, 'id');
    const ageMs = fieldOf(session, 'ageMs');
    if (typeof id !== 'string' && typeof id !== 'number') return [];
    const text = String(id).slice(0, BLOCKER_ID_LENGTH_MAX);
    return [
      typeof ageMs === 'number' && Number.isFinite(ageMs) && ageMs >= 0
        ? { id: text, ageMs: Math.round(ageMs) }
        : { id: text },
    ];
  });
  return named.toSorted((one, other) => (other.ageMs ?? -1) - (one.ageMs ?? -1)).slice(0, BLOCKERS_MAX);
}

function fieldOf(value: unknown, name: 'id' | 'ageMs'): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (name === 'id') return 'id' in value ? value.id : undefined;
  return 'ageMs' in value ? value.ageMs : undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function unreadable(problem: string): SessionsReading {
  return { ok: false, problem };
}
