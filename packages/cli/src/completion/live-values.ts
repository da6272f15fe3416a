/** What the server has, for those who press TAB: quick and quiet, and nothing at all when it cannot be had. */
import { createClient, type Client } from '@sluice/client';
import { pinnedFetch } from '../pinned-fetch.ts';
import { resolveSettings, type SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import type { Candidate } from './complete-words.ts';
import type { LiveSource } from './value-source.ts';

/** Milliseconds that all of it may take: who presses TAB waits for it. */
const WITHIN_MS = 1000;
/** Values that are asked for: more than anybody reads. */
const VALUES_MAX = 200;

/** Without a token the server is not asked: what it is used for is not known to be this one. Never rejects. */
export async function liveValues(
  source: LiveSource,
  typed: string,
  flags: SettingFlags,
  terminal: Terminal,
): Promise<readonly Candidate[]> {
  const settings = await resolveSettings(flags, terminal);
  if (!settings.ok || settings.token === null) return [];
  const pinned = await pinnedFetch(settings.serverCa);
  if (!pinned.ok) return [];
  const { url, token } = settings;
  const signal = AbortSignal.any([AbortSignal.timeout(WITHIN_MS), terminal.interrupt]);
  return SOURCES[source](createClient({ url, token, signal, fetch: pinned.fetch }), typed);
}

type Ask = (client: Client, typed: string) => Promise<readonly Candidate[]>;

const nodes = async (client: Client, typed: string) => {
  // What is typed narrows the answer of a large fleet.
  const query = { limit: String(VALUES_MAX), ...(typed === '' ? {} : { q: typed }) };
  const answer = await client.listNodes({ query });
  return answer.ok ? answer.value.items : [];
};

const SOURCES: Readonly<Record<LiveSource, Ask>> = {
  nodes: async (client, typed) =>
    (await nodes(client, typed)).map(({ id, status, type }) => ({ value: id, description: `${status}, ${type}` })),
  'node-types': async (client) =>
    [...new Set((await nodes(client, '')).map(({ type }) => type))].map((value) => ({ value, description: '' })),
  operations: async (client) => {
    const answer = await client.listOperations({ query: { limit: String(VALUES_MAX) } });
    const items = answer.ok ? answer.value.items : [];
    return items.map(({ id, command, nodeId, status }) => ({
      value: id,
      description: `${command} ${nodeId}, ${status}`,
    }));
  },
  rollouts: async (client) => {
    const answer = await client.listRollouts();
    return (answer.ok ? answer.value.items : []).map(({ id, status, spec, counts }) => ({
      value: id,
      description: `${spec.name ?? spec.command.kind}, ${counts.nodes} nodes, ${status}`,
    }));
  },
  commands: async (client) => {
    const answer = await client.listCommands();
    return (answer.ok ? answer.value.items : []).map(({ name, description }) => ({ value: name, description }));
  },
  tokens: async (client) => {
    const answer = await client.listTokens();
    return (answer.ok ? answer.value.items : []).map(({ id, name, role }) => ({
      value: id,
      description: `${name}, ${role}`,
    }));
  },
  'join-tokens': async (client) => {
    const answer = await client.listJoinTokens();
    return (answer.ok ? answer.value.items : []).map(({ id, name }) => ({ value: id, description: name }));
  },
  budgets: async (client) => {
    const answer = await client.listBudgets();
    return (answer.ok ? answer.value.items : []).map(({ name, standing }) => ({
      value: name,
      description: `${standing.left} of ${standing.allowed} places left`,
    }));
  },
  slots: async (client) => {
    const answer = await client.listSlots();
    return (answer.ok ? answer.value.items : []).map(({ id, group }) => ({ value: id, description: `in ${group}` }));
  },
  webhooks: async (client) => {
    const answer = await client.listWebhooks();
    return (answer.ok ? answer.value.items : []).map(({ id, name }) => ({ value: id, description: name }));
  },
};
