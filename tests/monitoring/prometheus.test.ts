/** A real Prometheus reads a real server and a real agent; its own tools check the figures and the alerts. */
import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { ADMIN_TOKEN, FleetUnderTest, freePort } from '../end-to-end/fleet-under-test.ts';
import { isInstalled, startProgram } from '../started-program.ts';
import { waitFor } from '../wait-for.ts';

const monitoring = fileURLToPath(new URL('../../monitoring/', import.meta.url));
const hasPrometheus = isInstalled('prometheus') && isInstalled('promtool');
if (!hasPrometheus) console.log('The tests with Prometheus are skipped: apt-get install prometheus');

let fleet: FleetUnderTest;
let agentMetricsPort = 0;

beforeAll(async () => {
  fleet = await FleetUnderTest.start();
  agentMetricsPort = await freePort();
  await fleet.addNode('lobby-1', {
    game: { PLAYERS: '3', PLAY_SECONDS: '600' },
    agent: {
      metrics: `127.0.0.1:${agentMetricsPort}`,
      node: {
        id: 'lobby-1',
        type: 'game-server',
        region: 'eu-west',
        labels: { metricsPort: String(agentMetricsPort) },
      },
    },
  });
  await fleet.nodeThat(
    'lobby-1',
    'active with its players',
    ({ status, load }) => status === 'active' && load.sessions === 3,
  );
});
afterAll(() => fleet?.stop());

async function serverMetrics(): Promise<string> {
  const answer = await fetch(`${fleet.url}/metrics`, { headers: { authorization: `Bearer ${ADMIN_TOKEN}` } });
  expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
  return answer.text();
}

async function agentMetrics(): Promise<string> {
  return (await fetch(`http://127.0.0.1:${agentMetricsPort}/metrics`)).text();
}

test('a server tells of its fleet, of what it did and of itself', async () => {
  const { id } = await fleet.post('lobby-1', 'restart');
  await fleet.ended(id);
  await fleet.nodeThat('lobby-1', 'full again', ({ load }) => load.sessions === 3);
  const { id: drainId } = await fleet.post('lobby-1', 'drain', { timeout: 600 });
  await fleet.nodeThat('lobby-1', 'draining', ({ status }) => status === 'draining');
  const text = await serverMetrics();
  expect(text).toContain('sluice_nodes{status="draining",type="game-server"} 1');
  expect(text).toContain('sluice_nodes{status="offline",type="game-server"} 0');
  expect(text).toContain('sluice_nodes_connected 1');
  expect(text).toContain('sluice_drains_running 1');
  expect(text).toContain('sluice_operations_under_way{command="drain",status="running"} 1');
  expect(text).toContain('sluice_operations_total{command="restart",result="succeeded"} 1');
  expect(text).toContain('sluice_operations_total{command="restart",result="failed"} 0');
  expect(text).toContain('sluice_operation_duration_seconds_count{command="restart"} 1');
  expect(text).toMatch(/sluice_commit_duration_seconds_count [1-9]/u);
  expect(text).toMatch(/sluice_event_loop_lag_seconds_count \d/u);
  expect(text).toMatch(/sluice_store_bytes\{kind="sqlite"\} [1-9]/u);
  const [, startedAt] = /sluice_drain_oldest_start_timestamp_seconds ([\d.e+]+)/u.exec(text) ?? [];
  const [, deadlineAt] = /sluice_drain_earliest_deadline_timestamp_seconds ([\d.e+]+)/u.exec(text) ?? [];
  expect(Math.round(Number(deadlineAt) - Number(startedAt))).toBe(600);

  const agent = await agentMetrics();
  expect(agent).toContain('sluice_agent_connected 1');
  expect(agent).toContain(`sluice_agent_server_info{server="${fleet.url}"} 1`);
  expect(agent).toContain('sluice_agent_drain_wanted 1');
  expect(agent).toContain('sluice_agent_drained 0');
  expect(agent).toContain('sluice_agent_in_rotation 0');
  expect(agent).toContain('sluice_agent_workload_incarnation 2');

  await fleet.post('lobby-1', 'undrain');
  expect(await fleet.ended(drainId)).toMatchObject({ status: 'cancelled' });
  const after = await serverMetrics();
  expect(after).toContain('sluice_drains_running 0');
  expect(after).toContain('sluice_operations_total{command="drain",result="cancelled"} 1');
  expect(after).not.toMatch(/^sluice_drain_oldest_start_timestamp_seconds \d/mu);
});

test('figures are only for those who show a token', async () => {
  expect((await fetch(`${fleet.url}/metrics`)).status).toBe(401);
});

test('every figure that alerts and dashboard ask for is told', async () => {
  const told = new Set(
    [...(await serverMetrics()).matchAll(/^# TYPE (\S+) (\S+)/gmu)].flatMap(([, name = '', type]) =>
      type === 'histogram' ? [`${name}_bucket`, `${name}_count`, `${name}_sum`] : [name],
    ),
  );
  for (const file of ['alerts.yaml', 'alerts.test.yaml', 'grafana-dashboard.json']) {
    const text = await readFile(path.join(monitoring, file), 'utf8');
    const asked = [...text.matchAll(/\b(?:sluice|process|nodejs)_[a-z_]+\b/gu)].map(([name]) => name);
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((name) => !told.has(name))).toEqual([]);
  }
});

describe.skipIf(!hasPrometheus)('Prometheus', () => {
  test.each([
    ['the server', serverMetrics],
    ['the agent', agentMetrics],
  ])('promtool finds nothing wrong with the figures of %s', async (_whose, read) => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await read(),
      encoding: 'utf8',
    });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });

  test('the alerts fire when they must, and only then', () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['test', 'rules', 'alerts.test.yaml'], {
      cwd: monitoring,
      encoding: 'utf8',
    });
    expect({ status, said: stdout + stderr }).toMatchObject({ status: 0 });
  });

  test('scrapes the server, and finds the nodes by itself', async () => {
    const port = await freePort();
    const config = path.join(fleet.directory, 'prometheus.yml');
    const tokenFile = path.join(fleet.directory, 'prometheus-token');
    await writeFile(tokenFile, ADMIN_TOKEN, { mode: 0o600 });
    const { host } = new URL(fleet.url);
    const authorization = { credentials_file: tokenFile };
    await writeFile(
      config,
      stringify({
        global: { scrape_interval: '1s', scrape_timeout: '1s' },
        rule_files: [path.join(monitoring, 'alerts.yaml')],
        scrape_configs: [
          { job_name: 'sluice', authorization, static_configs: [{ targets: [host] }] },
          {
            job_name: 'nodes',
            http_sd_configs: [
              { url: `${fleet.url}/api/v1/service-discovery/prometheus`, authorization, refresh_interval: '1s' },
            ],
            relabel_configs: [
              { source_labels: ['__meta_sluice_node_id'], target_label: 'node' },
              { source_labels: ['__meta_sluice_region'], target_label: 'region' },
            ],
          },
        ],
      }),
    );
    const prometheus = startProgram('prometheus', [
      '--config.file',
      config,
      '--storage.tsdb.path',
      path.join(fleet.directory, 'tsdb'),
      '--web.listen-address',
      `127.0.0.1:${port}`,
    ]);
    try {
      const ask = async (query: string): Promise<string> => {
        const answer = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(query)}`).catch(
          () => null,
        );
        return answer?.text() ?? '';
      };
      const found = async (query: string, part: string) => {
        let seen = '';
        await waitFor(
          `${query} to have ${part}`,
          async () => {
            seen = await ask(query);
            return seen.includes(part);
          },
          { withinMs: 30_000, seen: () => ({ seen, log: prometheus.output().slice(-2000) }) },
        );
      };
      await found('up{job="sluice"}', '"1"');
      await found('sluice_nodes{status="active"}', '"game-server"');
      await found('sluice_agent_connected{node="lobby-1",region="eu-west"}', '"1"');
      expect(await ask('sluice_nodes{status="offline"}')).toContain('"0"');
    } finally {
      await prometheus.stop();
    }
  }, 60_000);
});
