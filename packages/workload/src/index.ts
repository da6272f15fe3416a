/** The public door of @sluice/workload. */
export { drainHttpServer } from './drain-http-server.ts';
export { type AgentLink, joinAgent, type JoinOptions, type Lock, type Session } from './join-agent.ts';
export type { CommandDefinition, CommandHandler, CommandParameter, CommandRun } from './offered-commands.ts';
