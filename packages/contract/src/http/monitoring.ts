/** The routes that Prometheus asks: figures, and where to find what nodes themselves tell. */
import Type from 'typebox';
import { Filter } from './nodes.ts';
import { defineRoute } from './route.ts';

export const metrics = defineRoute({
  name: 'metrics',
  method: 'GET',
  path: '/metrics',
  tag: 'server',
  summary: 'Figures for Prometheus',
  description: 'In Prometheus’s text format, version 0.0.4. Every figure is described in docs/monitoring.md.',
  access: 'viewer',
  scope: 'fleet',
  response: Type.String(),
  responseMediaType: 'text/plain',
  problems: [],
});

/** The label by which a node says at which ports it tells figures, separated by commas. */
export const METRICS_PORT_LABEL = 'metricsPort';
/** The label by which it says at which path; absent: `/metrics`. */
export const METRICS_PATH_LABEL = 'metricsPath';

export const prometheusTargets = defineRoute({
  name: 'prometheusTargets',
  method: 'GET',
  path: '/api/v1/service-discovery/prometheus',
  tag: 'server',
  summary: 'Service discovery for Prometheus',
  description:
    `What Prometheus’s \`http_sd_configs\` asks: every node with the label \`${METRICS_PORT_LABEL}\` (a port, or several separated by commas; ` +
    `\`${METRICS_PATH_LABEL}\` is another path than /metrics), with what is known of it as \`__meta_sluice_…\` labels.`,
  access: 'viewer',
  scope: 'filtered',
  query: Type.Object({
    type: Filter('Only these types, separated by commas.'),
    selector: Filter('Only nodes that this selector matches.'),
  }),
  response: Type.Array(
    Type.Object({ targets: Type.Array(Type.String()), labels: Type.Record(Type.String(), Type.String()) }),
  ),
  problems: ['invalid-request', 'invalid-selector'],
});
