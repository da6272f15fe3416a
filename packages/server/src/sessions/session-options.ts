/** What a session is given: its socket, and what it needs of the rest of the server. */
import type { Hello } from '@sluice/contract';
import type { Logger } from 'pino';
import type { Fleet } from '../fleet/fleet.ts';
import type { Admission } from './admission.ts';
import type { AgentSession } from './agent-session.ts';
import type { Peer } from './peer.ts';
import type { SessionSocket } from './session-socket.ts';
import type { SessionTimes } from './session-times.ts';

/** What a session needs of the registry of all sessions. */
interface Registry {
  /** A hello has come, and is not waited for any longer. */
  readonly saidHello: (session: AgentSession) => void;
  /** Resolves when one more hello may be dealt with; to `false` when too many wait already, or its agent has gone by then. */
  readonly helloTurn: (isGone: () => boolean) => Promise<boolean>;
  /** Makes room for a hello: `refused` when another live agent has this node id, `gone` when its own socket is closed by then. */
  readonly admit: (session: AgentSession, hello: Hello) => Promise<'admitted' | 'refused' | 'gone'>;
  /** Milliseconds from now in which the agent of a session that begins now is to speak. */
  readonly nextHeartbeatInMs: () => number;
  readonly heard: (session: AgentSession) => void;
  /** Somebody was not let in. */
  readonly refused: (session: AgentSession, nodeId: string, detail: string) => void;
}

export interface SessionOptions {
  readonly id: string;
  readonly socket: SessionSocket;
  readonly peer: Peer;
  /** What the agent's proof must be made for. */
  readonly nonce: string;
  /** The server that has it. */
  readonly serverId: () => string;
  /** Milliseconds after which an agent is asked for a new key. */
  readonly keyMaxAgeMs: number;
  readonly fleet: Fleet;
  readonly admission: Admission;
  readonly registry: Registry;
  /** For a session that begins now. */
  readonly times: () => SessionTimes;
  readonly logger: Logger;
}
