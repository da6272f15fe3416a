/** `sluice doctor`: finds what is commonly misconfigured, and says what mends it. */
import { createClient } from '@sluice/client';
import { SLUICE_VERSION } from '@sluice/contract';
import { fault, type Finding } from '@sluice/core';
import { Command } from 'commander';
import { withConnectionOptions } from '../connect.ts';
import { connectionFacts, type Connection } from '../doctor/connection-facts.ts';
import { countOf, renderFindings } from '../doctor/findings-page.ts';
import { judgeConnection } from '../doctor/judge-connection.ts';
import { judgeNodeId } from '../doctor/judge-node-id.ts';
import { judgeServers } from '../doctor/judge-servers.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { pinnedFetch } from '../pinned-fetch.ts';
import { resolveSettings, type SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface DoctorOptions extends SettingFlags {
  readonly agentConfig?: string;
  readonly serverConfig?: string;
  readonly data?: string;
  readonly output: Format;
}

export function doctorCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('doctor')
    .summary('find what is misconfigured, and what mends it')
    .description(
      'Looks at the server as it is seen from here: address, certificate, clock, token, version, events. On a node, with ' +
        '--agent-config, at what its agent needs; on the machine of a server, with --data or --server-config, at what that needs. ' +
        'It changes nothing and starts nothing. Exit code 1: there is a fault.',
    )
    .option('--agent-config <file>', 'examine this node, by its agent.yaml')
    .option('--data <dir>', "examine this machine as a server's, with this data directory")
    .option('--server-config <file>', "examine this machine as a server's, by its configuration file")
    .addOption(formatOption(['table', 'json', 'yaml']));
  return withConnectionOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  sluice doctor\n  sluice doctor --agent-config /etc/sluice/agent.yaml\n  sluice doctor --data /var/lib/sluice',
    )
    .action((options: DoctorOptions) => finish(examine(terminal, options)));
}

async function examine(terminal: Terminal, options: DoctorOptions): Promise<ExitCode> {
  const { agentConfig, serverConfig, data, output } = options;
  const isServer = serverConfig !== undefined || data !== undefined;
  const findings = [
    ...(agentConfig === undefined ? [] : await examineThisNode(terminal, agentConfig, options)),
    ...(isServer ? await examineThisServer(terminal, options) : []),
    ...(agentConfig === undefined && !isServer ? await examineConnection(terminal, options) : []),
  ];
  const { stdout, environment } = terminal;
  if (output === 'json' || output === 'yaml') stdout.write(renderDocument(output, { findings }));
  else stdout.write(renderFindings(findings, paintFor(stdout, environment)));
  return countOf(findings, 'fault') === 0 ? exitCodes.done : exitCodes.failed;
}

async function examineConnection(terminal: Terminal, flags: SettingFlags): Promise<readonly Finding[]> {
  const settings = await resolveSettings(flags, terminal);
  if (!settings.ok) return [fault({ check: 'settings', title: 'Settings' }, settings.detail, settings.whatToDo)];
  const facts = await connectionFacts(settings, terminal);
  return judgeConnection(facts, { version: SLUICE_VERSION, now: Date.now(), asks: 'person' });
}

async function examineThisServer(
  terminal: Terminal,
  { serverConfig, data }: DoctorOptions,
): Promise<readonly Finding[]> {
  // Loaded only here: every other command starts several times faster without it.
  const { examineServer } = await import('@sluice/server');
  return examineServer({ flags: { config: serverConfig, data }, env: terminal.environment });
}

async function examineThisNode(terminal: Terminal, file: string, flags: SettingFlags): Promise<readonly Finding[]> {
  const { examineNode } = await import('@sluice/agent');
  const { findings, node } = await examineNode(file, terminal.environment);
  if (node === null) return findings;
  // A person's token, where there is one, is for the node's own server only when it is the one of the settings.
  const settings = await resolveSettings(flags, terminal);
  const own = settings.ok ? { url: new URL(settings.url).origin, token: settings.token } : null;
  const connections = node.serverUrls.map((url) => ({
    url,
    token: url === own?.url ? own.token : null,
    serverCa: node.serverCa,
  }));
  const seen = await Promise.all(connections.map((connection) => connectionFacts(connection, terminal)));
  const asked = connections.find(({ token }) => token !== null);
  return [
    ...findings,
    ...judgeServers(seen, { version: SLUICE_VERSION, now: Date.now(), asks: 'node' }),
    ...(asked === undefined ? [] : await nodeId(asked, node, terminal)),
  ];
}

/** Only somebody with a token can ask who else has the id. */
async function nodeId(
  { url, token, serverCa }: Connection,
  { id, isRunning }: { readonly id: string; readonly isRunning: boolean },
  terminal: Terminal,
): Promise<readonly Finding[]> {
  const pinned = await pinnedFetch(serverCa);
  if (token === null || !pinned.ok) return [];
  const client = createClient({ url, token, signal: terminal.interrupt, fetch: pinned.fetch });
  const answer = await client.getNode({ id });
  if (!answer.ok && answer.problem.code !== 'node-not-found') return [];
  return [judgeNodeId({ id, isRunningHere: isRunning, known: answer.ok ? answer.value : null })];
}
