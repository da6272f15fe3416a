/** The smallest agent.yaml of a node, to be filled in: the same wherever it is told how a node is added. */

/** @param server Its address as this browser reaches it. @param type `null`: any. */
export function agentYaml(server: string, type: string | null): string {
  return [
    `server: ${server}`,
    'joinToken: ${SLUICE_JOIN_TOKEN}',
    `node: { id: lobby-1, type: ${plainOrQuoted(type ?? 'game-server')} }`,
    'workload:',
    '  driver: process',
    '  command: [node, server.js]',
  ].join('\n');
}

function plainOrQuoted(text: string): string {
  return /^[a-z][\w-]*$/iu.test(text) ? text : JSON.stringify(text);
}

/** @param secret Of a join token. */
export function agentCommand(secret: string): string {
  return `SLUICE_JOIN_TOKEN=${secret} sluice agent --config agent.yaml`;
}
