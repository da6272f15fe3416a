/** The routes that supervisors and load balancers ask: is the process alive, can it serve? */
import Type from 'typebox';
import { defineRoute } from './route.ts';

export const livenessCheck = defineRoute({
  name: 'livenessCheck',
  method: 'GET',
  path: '/healthz',
  tag: 'server',
  summary: 'Is the process alive?',
  description: '200 as long as the process answers.',
  access: 'public',
  scope: 'none',
  response: Type.Object({ ok: Type.Boolean() }),
  problems: [],
});

export const readinessCheck = defineRoute({
  name: 'readinessCheck',
  method: 'GET',
  path: '/readyz',
  tag: 'server',
  summary: 'Can it serve?',
  description:
    '200 when the last write to the store succeeded, the server neither stops nor hands its agents over, and, where several share a database, it has heard from that within 5 seconds; else 503 with the reason.',
  access: 'public',
  scope: 'none',
  response: Type.Object({ ok: Type.Boolean() }),
  problems: ['store-unavailable', 'stopping'],
});
