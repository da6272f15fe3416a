/** What Prometheus asks: the server's own figures, and which nodes tell figures of their own. */
import { isIPv6 } from 'node:net';
import { METRICS_PATH_LABEL, METRICS_PORT_LABEL, type routes } from '@sluice/contract';
import { matches } from '@sluice/core';
import { sees } from '../authentication/principal.ts';
import type { FleetNode } from '../fleet/member.ts';
import { listOf, selectorOf } from './node-filters.ts';
import { type Handler, value } from './route-context.ts';

/** Ports that one node may name; more are left out. */
const PORTS_MAX = 16;

export const metrics: Handler<typeof routes.metrics> = async (_request, parts) => ({
  ok: true,
  value: { kind: 'text', text: await parts.metrics.text() },
});

export const prometheusTargets: Handler<typeof routes.prometheusTargets> = ({ query, principal }, { fleet }) => {
  const selector = selectorOf(query.selector);
  if (!selector.ok) return selector;
  const types = listOf(query.type);
  const isSelected = (node: FleetNode) =>
    sees(principal, node) &&
    (types === null || types.has(node.state.identity.type)) &&
    (selector.value === null || matches(selector.value, node.state, node.status));
  return value(
    fleet
      .nodes()
      .filter(isSelected)
      .map((node) => ({ targets: targetsOf(node), labels: labelsOf(node) }))
      .filter(({ targets }) => targets.length > 0),
  );
};

/** Agents say what they like: what is no port is left out, so that one node cannot spoil the answer for the others. */
function targetsOf({ state: { identity, ip } }: FleetNode): string[] {
  const host = isIPv6(ip) ? `[${ip}]` : ip;
  return (identity.labels[METRICS_PORT_LABEL] ?? '')
    .split(',')
    .map((text) => text.trim())
    .filter((text) => /^\d{1,5}$/u.test(text) && Number(text) >= 1 && Number(text) <= 65_535)
    .slice(0, PORTS_MAX)
    .map((port) => `${host}:${port}`);
}

function labelsOf({ state: { identity }, status }: FleetNode): Record<string, string> {
  const { id, name, type, version, region, zone, labels } = identity;
  const path = labels[METRICS_PATH_LABEL];
  const told = { node_id: id, node_name: name, type, status, version, region, zone };
  return {
    ...Object.fromEntries(
      Object.entries(labels).map(([key, label]) => [`__meta_sluice_label_${key.replaceAll(/\W/gu, '_')}`, label]),
    ),
    ...Object.fromEntries(Object.entries(told).map(([key, text]) => [`__meta_sluice_${key}`, text ?? ''])),
    ...(path?.startsWith('/') === true ? { __metrics_path__: path } : {}),
  };
}
