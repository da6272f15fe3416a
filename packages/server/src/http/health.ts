/** What supervisors and load balancers ask: is the process alive, can it serve? */
import type { routes } from '@sluice/contract';
import { type Handler, value } from './route-context.ts';

export const livenessCheck: Handler<typeof routes.livenessCheck> = () => value({ ok: true });

/** Milliseconds by which memory may be behind at most for a server that balancers send requests to. */
const LAG_MS_MAX = 5000;

export const readinessCheck: Handler<typeof routes.readinessCheck> = (_request, { fleet, isStopping, about }) => {
  const { replicas } = about;
  if (isStopping() || replicas?.isLeaving === true)
    return { ok: false, problem: { code: 'stopping', detail: 'The server is stopping.' } };
  const { storeProblem } = fleet;
  if (storeProblem !== null) return { ok: false, problem: { code: 'store-unavailable', detail: storeProblem } };
  const lagMs = replicas?.lagMs() ?? 0;
  if (lagMs <= LAG_MS_MAX) return value({ ok: true });
  const detail = `This server has not heard from the database for ${Math.round(lagMs / 1000)} s.`;
  return { ok: false, problem: { code: 'store-unavailable', detail } };
};
