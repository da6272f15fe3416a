/** The addresses of the dashboard: people keep them in bookmarks and chats, so they change only with a redirect. */

export const paths = {
  fleet: () => '/',
  nodes: () => '/nodes',
  node: (id: string) => `/nodes/${encodeURIComponent(id)}`,
  operations: () => '/operations',
  operation: (id: string) => `/operations/${encodeURIComponent(id)}`,
  audit: () => '/audit',
  access: () => '/access',
} as const;
