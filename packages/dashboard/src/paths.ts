/** The addresses of the dashboard: people keep them in bookmarks and chats, so they change only with a redirect. */

export const paths = {
  fleet: () => '/',
  nodes: () => '/nodes',
  node: (id: string) => `/nodes/${encodeURIComponent(id)}`,
  rollouts: () => '/rollouts',
  newRollout: () => '/rollouts/new',
  rollout: (id: string) => `/rollouts/${encodeURIComponent(id)}`,
  operations: () => '/operations',
  operation: (id: string) => `/operations/${encodeURIComponent(id)}`,
  budgets: () => '/budgets',
  audit: () => '/audit',
  access: () => '/access',
} as const;
