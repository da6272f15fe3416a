/** Versions of the agent protocol, with a line for each; both sides take the highest that both speak. */

/**
 * 1 (2026-11): challenge, hello, welcome, heartbeat, operation.start|cancel|update|output|ack, availability.set|report, metadata.changed,
 * key.rotate|offer|accepted, goodbye.
 */
export const AGENT_PROTOCOL_VERSIONS: readonly number[] = [1];

/** The WebSocket subprotocol of version 1. */
export const AGENT_SUBPROTOCOL = 'sluice.agent.v1';
export const AGENT_SESSION_PATH = '/api/v1/agent/session';

/** Bytes of one message: a hello with 100 declared commands is about 40 KiB; metadata has 64 KiB of its own. */
export const AGENT_MESSAGE_BYTES_MAX = 65_536;
/** Bytes of one message to an agent: metadata (64 KiB, escaped) fits beside the rest of a welcome. */
export const SERVER_MESSAGE_BYTES_MAX = 1_048_576;

/** Close codes of the agent session, each with what the agent does then. */
export const AGENT_CLOSE = {
  /** A message did not validate; the reason names the fault. Reconnect with backoff. */
  badMessage: 4000,
  /** Credentials refused. Reconnect slowly: an operator must act. */
  notAuthorised: 4001,
  /** A newer session of the same agent replaced this one. Do not reconnect. */
  superseded: 4003,
  /** Another live agent has this node id. Reconnect slowly and say so. */
  nodeIdInUse: 4004,
  /** The server is busy; the reason says after how many milliseconds to try again. */
  tryLater: 4008,
  /** The server is stopping. Connect to another one soon; the reason says after how many milliseconds to try this one again, where there is no other. */
  stopping: 4009,
  /** No protocol version in common. */
  versionNotSpoken: 4010,
  /** Said by the agent: it goes to another server. */
  moving: 4011,
} as const;
