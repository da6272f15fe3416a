/** Plays the agent of a recorded conversation to a real server, and checks that it hears what it could understand. */
import { createPrivateKey } from 'node:crypto';
import { AGENT_SESSION_PATH, AGENT_SUBPROTOCOL } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import { WebSocket } from 'ws';
import { agentKeyUnderTest } from '../../packages/server/src/http/agent-key-under-test.ts';
import { type FleetUnderTest, JOIN_TOKEN } from '../end-to-end/fleet-under-test.ts';
import { waitFor } from '../wait-for.ts';
import { type Message, NODE_ID, parseMessage, type Recorded } from './conversation.ts';

export interface PlayedAs {
  readonly message: (recorded: Message) => Message;
  /** Said before each message but the hello. */
  readonly between: () => readonly Message[];
}

/** What was wrong with the other side. */
export interface Played {
  /** What it said that the recorded version would not take. */
  readonly notUnderstood: readonly Message[];
  /** How it, or else what was played, ended the session. */
  readonly closed: readonly { readonly code: number; readonly reason: string }[];
}

/** Word for word. */
export const asRecorded: PlayedAs = { message: (recorded) => recorded, between: () => [] };

/** Says everything that the agent said, where it said it, and has people do what they did. Ends with the agent's goodbye. */
export async function playAgent(recorded: Recorded, fleet: FleetUnderTest, playedAs: PlayedAs): Promise<Played> {
  const serverMessage = Compile(recorded.schemas.serverMessage);
  const unheard: Message[] = [];
  const notUnderstood: Message[] = [];
  const closed: { code: number; reason: string }[] = [];
  const socket = new WebSocket(new URL(AGENT_SESSION_PATH, fleet.url.replace(/^http/u, 'ws')), AGENT_SUBPROTOCOL, {
    headers: { authorization: `Bearer ${JOIN_TOKEN}` },
  });
  socket.on('message', (bytes: Buffer) => {
    const message = parseMessage(bytes.toString());
    unheard.push(message);
    if (!serverMessage.Check(message)) notUnderstood.push(message);
  });
  socket.on('close', (code, reason) => closed.push({ code, reason: reason.toString() }));
  /** The server gives operations ids of its own. */
  const ids = new Map<string, string>();
  const withIds = (text: string) => [...ids].reduce((changed, [from, to]) => changed.replaceAll(from, to), text);
  let nonce = '';

  const hear = async (wanted: Message) => {
    const heard = await waitFor(
      `the server to say ${wanted.kind}`,
      () => {
        const at = unheard.findIndex((message) => isAnswer(message, wanted, withIds));
        return at < 0 ? undefined : unheard.splice(at, 1)[0];
      },
      { seen: () => ({ wanted, unheard, closed }) },
    );
    if (heard.kind === 'challenge') nonce = String(heard['nonce']);
    if (heard.kind === 'operation.start') ids.set(String(wanted['operationId']), String(heard['operationId']));
  };
  const say = (message: Message) => {
    if (message.kind !== 'hello') for (const one of playedAs.between()) socket.send(JSON.stringify(one));
    const known = parseMessage(withIds(JSON.stringify({ ...message, ...proofOf(message, recorded, nonce) })));
    socket.send(JSON.stringify(playedAs.message(known)));
  };

  try {
    for (const line of recorded.lines) {
      if (line.from === 'server') await hear(line.message);
      else if (line.from === 'agent') say(line.message);
      else if (line.from === 'list')
        await fleet.nodeThat(
          NODE_ID,
          `${line.status}, as it was then`,
          ({ status, availability, workload }) =>
            status === line.status && availability === line.availability && workload.incarnation === line.incarnation,
        );
      else if (line.from === 'person' && line.to === 'server') {
        const { status, json } = await fleet.request(line.method, withIds(line.path), line.body);
        if (status !== 200) throw new Error(`${line.method} ${line.path} answered ${status}: ${JSON.stringify(json)}`);
      }
    }
    return { notUnderstood, closed };
  } finally {
    socket.terminate();
  }
}

/** The same kind, about the same operation and as far, where it is about one. */
function isAnswer(message: Message, wanted: Message, withIds: (text: string) => string): boolean {
  if (message.kind !== wanted.kind) return false;
  if (wanted.kind === 'operation.start') return message['command'] === wanted['command'];
  const { operationId, sequence } = wanted;
  if (typeof operationId !== 'string') return true;
  return message['operationId'] === withIds(operationId) && message['sequence'] === sequence;
}

/** A proof is for the challenge of its session. */
function proofOf({ kind }: Message, { credential }: Recorded, nonce: string): object {
  if (kind !== 'hello' && kind !== 'key.offer') return {};
  const pem = kind === 'hello' ? credential.previous : credential.current;
  const prove = agentKeyUnderTest({ privateKey: createPrivateKey(pem) });
  return { proof: prove(kind === 'hello' ? 'hello' : 'key-offer', nonce, NODE_ID) };
}
