/** Has a real agent and a real server say to each other everything that they can, and takes it down. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AgentMessage, type Node, ServerMessage } from '@sluice/contract';
import { FleetUnderTest, type GameOptions } from '../end-to-end/fleet-under-test.ts';
import {
  CONVERSATION_FILE,
  CREDENTIAL_FILE,
  type Line,
  NODE_ID,
  parseMessage,
  RECORDED,
  SCHEMAS_FILE,
} from './conversation.ts';
import { TappedLine } from './tapped-line.ts';

/** The node of every conversation; its workload is the example game server, which nobody plays on by himself. */
export function nodeUnderRecord(serverUrl: string): GameOptions {
  return {
    workload: () => ({ stopGrace: '2s' }),
    agent: {
      server: serverUrl,
      onAgentStop: 'stop',
      commands: {
        greet: {
          description: 'Greet somebody',
          exec: [process.execPath, '-e', 'console.log("hello " + process.env.SLUICE_PARAM_NAME)'],
          params: { name: { type: 'string', default: 'world' } },
        },
        wait: {
          description: 'Say something, and go on until it is cancelled',
          exec: [process.execPath, '-e', 'console.log("waiting"); setInterval(() => {}, 1000)'],
        },
      },
    },
  };
}

/** @param version Also written as the conversation of this version; `null`: only given. */
export async function recordConversation(version: string | null): Promise<readonly Line[]> {
  const lines: Line[] = [];
  const fleet = await FleetUnderTest.start({ serverConfig: { agents: { heartbeatInterval: '500ms', lease: '10s' } } });
  const tap = await TappedLine.open(fleet.url, (from, text) => lines.push({ from, message: parseMessage(text) }));
  const ask = async (method: string, route: string, body: unknown) => {
    lines.push({ from: 'person', to: 'server', method, path: route, body });
    const { status, json } = await fleet.request(method, route, body);
    if (status !== 200) throw new Error(`${method} ${route} answered ${status}: ${JSON.stringify(json)}`);
  };
  const node = `/api/v1/nodes/${NODE_ID}`;
  const play = async (method: string, route: string, body?: unknown) => {
    lines.push({ from: 'person', to: 'workload', method, path: route, body: body ?? null });
    await fleet.game(NODE_ID, method, route, body);
  };
  const see = async (what: string, isSo: (node: Node) => boolean) => {
    const { status, availability, workload } = await fleet.nodeThat(NODE_ID, what, isSo);
    lines.push({ from: 'list', status, availability, incarnation: workload.incarnation });
  };
  const heard = (what: string, isIt: (line: Line) => boolean) =>
    fleet.nodeThat(NODE_ID, `at which ${what} was heard`, () => lines.some(isIt));
  try {
    await fleet.addNode(NODE_ID, nodeUnderRecord(tap.url));
    await see('active', ({ status, load }) => status === 'active' && load.sessions === 0);
    await ask('PUT', `${node}/meta`, { meta: { motd: 'recorded', slots: [1, 2, 3] } });
    await ask('POST', `${node}/commands/greet`, { params: { name: 'Ada' } });
    await heard('the end of greet', (line) => hasEnded(line, 1, lines));
    await ask('POST', `${node}/commands/wait`, {});
    await heard('output', (line) => line.from === 'agent' && line.message.kind === 'operation.output');
    await ask('POST', `/api/v1/operations/${startedIn(lines).at(-1)}/cancel`, {});
    await heard('the end of wait', (line) => hasEnded(line, 2, lines));
    await ask('POST', `${node}/restart`, {});
    await see('restarted', ({ status, workload }) => status === 'active' && workload.incarnation === 2);
    await heard('the end of the restart', (line) => hasEnded(line, 3, lines));
    await play('POST', '/players', { name: 'Ada' });
    await see('played on', ({ load }) => load.sessions === 1);
    await ask('POST', `${node}/drain`, { timeout: 3600, reason: 'to be recorded' });
    await see('draining', ({ status, drain }) => status === 'draining' && drain?.sessionsRemaining === 1);
    await play('DELETE', '/players/player-1');
    await see('drained', ({ status }) => status === 'drained');
    await ask('POST', `${node}/undrain`, {});
    await see('back', ({ status }) => status === 'active');
    await ask('POST', `${node}/credentials/rotate`, {});
    await heard('the new key', (line) => line.from === 'server' && line.message.kind === 'key.accepted');
    const keptAs = path.join(fleet.directory, CREDENTIAL_FILE);
    await fleet.nodeThat(NODE_ID, 'at a heartbeat after it', () => lines.at(-1)?.from === 'agent');
    await copyFile(path.join(fleet.stateDir(NODE_ID), CREDENTIAL_FILE), keptAs);
    lines.push({ from: 'person', to: 'agent' });
    await fleet.stopAgent(NODE_ID);
    await see('offline', ({ status }) => status === 'offline');
    if (version !== null) await write(path.join(RECORDED, version), lines, keptAs);
    return lines;
  } finally {
    await fleet.stop();
    await tap.close();
  }
}

/** The operations that the agent was told to begin, in order. */
function startedIn(lines: readonly Line[]): readonly string[] {
  const ids = lines.flatMap((line) =>
    line.from === 'server' && line.message.kind === 'operation.start' ? [String(line.message['operationId'])] : [],
  );
  return [...new Set(ids)];
}

/** Whether the line acknowledges the end of the so-manieth operation. */
function hasEnded(line: Line, nth: number, lines: readonly Line[]): boolean {
  if (line.from !== 'server' || line.message.kind !== 'operation.ack') return false;
  const { operationId, sequence } = line.message;
  if (operationId !== startedIn(lines)[nth - 1]) return false;
  return lines.some(
    (one) =>
      one.from === 'agent' &&
      one.message['operationId'] === operationId &&
      one.message['sequence'] === sequence &&
      ['succeeded', 'failed', 'cancelled'].includes(String(one.message['status'])),
  );
}

/** @throws Error: that version has been recorded. */
async function write(folder: string, lines: readonly Line[], credentialFile: string): Promise<void> {
  await mkdir(path.dirname(folder), { recursive: true });
  await mkdir(folder);
  await writeFile(path.join(folder, CONVERSATION_FILE), lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  await copyFile(credentialFile, path.join(folder, CREDENTIAL_FILE));
  const schemas = { agentMessage: AgentMessage, serverMessage: ServerMessage };
  await writeFile(path.join(folder, SCHEMAS_FILE), `${JSON.stringify(schemas, null, 1)}\n`);
}
