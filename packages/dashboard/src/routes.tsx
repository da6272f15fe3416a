/** The whole tree of pages. The fleet comes with the first load; each other one is loaded when it is opened first, and antd with it. */
import { createBrowserRouter, type RouteObject } from 'react-router';
import { FleetPage } from './pages/fleet/fleet-page.tsx';
import { AppShell } from './shell/app-shell.tsx';
import { NotFoundPage } from './shell/not-found-page.tsx';
import { PageFault } from './shell/page-fault.tsx';
import { SessionProvider } from './shell/session-context.tsx';

const antdPages: RouteObject[] = [
  { path: 'nodes', lazy: async () => ({ Component: (await import('./pages/nodes/nodes-page.tsx')).NodesPage }) },
  { path: 'nodes/:id', lazy: async () => ({ Component: (await import('./pages/node/node-page.tsx')).NodePage }) },
  {
    path: 'rollouts',
    lazy: async () => ({ Component: (await import('./pages/rollouts/rollouts-page.tsx')).RolloutsPage }),
  },
  {
    path: 'rollouts/new',
    lazy: async () => ({ Component: (await import('./pages/new-rollout/new-rollout-page.tsx')).NewRolloutPage }),
  },
  {
    path: 'rollouts/:id',
    lazy: async () => ({ Component: (await import('./pages/rollout/rollout-page.tsx')).RolloutPage }),
  },
  {
    path: 'operations',
    lazy: async () => ({ Component: (await import('./pages/operations/operations-page.tsx')).OperationsPage }),
  },
  {
    path: 'operations/:id',
    lazy: async () => ({ Component: (await import('./pages/operation/operation-page.tsx')).OperationPage }),
  },
  {
    path: 'budgets',
    lazy: async () => ({ Component: (await import('./pages/budgets/budgets-page.tsx')).BudgetsPage }),
  },
  { path: 'audit', lazy: async () => ({ Component: (await import('./pages/audit/audit-page.tsx')).AuditPage }) },
  { path: 'access', lazy: async () => ({ Component: (await import('./pages/access/access-page.tsx')).AccessPage }) },
];

const pages: RouteObject[] = [
  { index: true, Component: FleetPage },
  {
    lazy: async () => ({ Component: (await import('./theme/antd-theme.tsx')).AntdPages }),
    children: [{ ErrorBoundary: PageFault, children: antdPages }],
  },
  { path: '*', Component: NotFoundPage },
];

export const router = createBrowserRouter([
  {
    element: (
      <SessionProvider>
        <AppShell />
      </SessionProvider>
    ),
    // The session decides first whether there is a page at all; until then nothing is drawn.
    HydrateFallback: () => null,
    ErrorBoundary: PageFault,
    children: [{ ErrorBoundary: PageFault, children: pages }],
  },
]);
