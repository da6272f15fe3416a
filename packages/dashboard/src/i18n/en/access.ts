/** Tokens of people and programs, and tokens that let agents join. */

export const access = {
  title: 'Access',
  tokens: 'Tokens',
  joinTokens: 'Join tokens',
  name: 'Name',
  role: 'Role',
  nodes: 'Nodes',
  allNodes: 'all',
  lastUsed: 'Last used',
  expires: 'Expires',
  uses: 'Uses',
  usesOf: (uses: number, max: number | null) => (max === null ? `${uses}` : `${uses} of ${max}`),
  createdBy: 'Made by',
  none: 'There is none.',
};
