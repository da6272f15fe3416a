/** The public door of the agent: start it. */
export { type RunningAgent, startAgent } from './main.ts';
export { newAgentKey, proveKey } from './credential/agent-key.ts';
