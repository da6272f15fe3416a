/** What supervisors and load balancers ask: is the process alive, can it serve? */
import type { routes } from '@sluice/contract';
import { type Handler, value } from './route-context.ts';

export const livenessCheck: Handler<typeof routes.livenessCheck> = () => value({ ok: true });

export const readinessCheck: Handler<typeof routes.readinessCheck> = (_request, { fleet, isStopping }) => {
  if (isStopping()) return { ok: false, problem: { code: 'stopping', detail: 'The server is stopping.' } };
  const { storeProblem } = fleet;
  return storeProblem === null
    ? value({ ok: true })
    : { ok: false, problem: { code: 'store-unavailable', detail: storeProblem } };
};
