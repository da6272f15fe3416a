/** Traces at a real OTLP receiver, from a real server with a real agent: one trace from the request to the end of what it asked for. */
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { waitFor } from '../wait-for.ts';
import { ADMIN_TOKEN, FleetUnderTest } from './fleet-under-test.ts';

interface SentSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

/** As OTLP says it in JSON; what is not looked at is left out. */
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: {
      readonly attributes: readonly { readonly key: string; readonly value: { readonly stringValue?: string } }[];
    };
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[];
  }[];
}

const REQUEST = '11111111111111111111111111111111';
/** Loading the tracer takes its time on a loaded machine. */
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });
let collector: Server;
let fleet: FleetUnderTest;
const spans: SentSpan[] = [];
const services = new Set<string>();

beforeAll(async () => {
  collector = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => {
      text += chunk.toString();
    });
    request.on('end', () => {
      if (request.url === '/v1/traces') keep(text);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
  });
  await new Promise<void>((resolve) => {
    collector.listen(0, '127.0.0.1', resolve);
  });
  const address = collector.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  fleet = await FleetUnderTest.start({
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`, OTEL_BSP_SCHEDULE_DELAY: '100' },
  });
  await fleet.addNode('n1', {
    agent: { commands: { trace: { description: 'Tells', exec: ['sh', '-c', 'echo $TRACEPARENT'] } } },
  });
  await fleet.nodeThat('n1', 'active', ({ status }) => status === 'active');
});
afterAll(async () => {
  await fleet?.stop();
  collector?.close();
});

function keep(text: string): void {
  const { resourceSpans }: Sent = JSON.parse(text);
  for (const { resource, scopeSpans } of resourceSpans) {
    for (const { key, value } of resource.attributes) if (key === 'service.name') services.add(value.stringValue ?? '');
    for (const scope of scopeSpans) spans.push(...scope.spans);
  }
}

/** Asks as a client that traces. @returns The operation's id. */
async function ask(action: string, traceId: string, body: object): Promise<string> {
  const answer = await fetch(`${fleet.url}/api/v1/nodes/n1/${action}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${ADMIN_TOKEN}`,
      'content-type': 'application/json',
      traceparent: `00-${traceId}-2222222222222222-01`,
    },
    body: JSON.stringify(body),
  });
  const operation: unknown = await answer.json();
  if (typeof operation !== 'object' || operation === null || !('id' in operation)) throw new Error(`${answer.status}`);
  return String(operation.id);
}

/** The trace as lines, each span below its parent, in the order of their beginnings, when its operation's span has come. */
async function traceOf(traceId: string, operation: string): Promise<readonly string[]> {
  const own = () => spans.filter((span) => span.traceId === traceId);
  await waitFor(`the trace of ${operation}`, () => own().some(({ name }) => name === operation), { seen: () => spans });
  const below = (parent: string, depth: number): string[] =>
    own()
      .filter(({ parentSpanId }) => parentSpanId === parent)
      .toSorted((one, other) => Number(BigInt(one.startTimeUnixNano) - BigInt(other.startTimeUnixNano)))
      .flatMap(({ name, spanId }) => [`${'  '.repeat(depth)}${name}`, ...below(spanId, depth + 1)]);
  const lines = below('2222222222222222', 0);
  // Nothing of it hangs in the air.
  expect(lines).toHaveLength(own().length);
  return lines;
}

test('a drain is one trace: request, commit, operation, and each phase that the agent went through', async () => {
  await fleet.ended(await ask('drain', REQUEST, { reason: 'kernel' }));
  const lines = await traceOf(REQUEST, 'drain');
  expect(lines.slice(0, 4)).toEqual([
    'POST /api/v1/nodes/:id/drain',
    '  decide and commit DrainNode',
    '    drain',
    '      sent to agent',
  ]);
  expect(lines).toContain('      asking workload');
  expect(lines).toContain('      waiting for sessions');
  expect([...services]).toEqual(['sluice-server']);
});

test('a restart is one trace, too', async () => {
  const traceId = '33333333333333333333333333333333';
  await fleet.ended(await ask('restart', traceId, {}));
  const lines = await traceOf(traceId, 'restart');
  expect(lines.slice(0, 4)).toEqual([
    'POST /api/v1/nodes/:id/restart',
    '  decide and commit RestartWorkload',
    '    restart',
    '      sent to agent',
  ]);
  expect(lines).toContain('      stopping and starting the workload');
  expect(lines).toContain('      waiting for the workload to become healthy');
});

test('a command gets the trace, so that what it does goes on with it', async () => {
  const traceId = '44444444444444444444444444444444';
  const { output } = await fleet.ended(await ask('commands/trace', traceId, {}));
  await traceOf(traceId, 'trace');
  const commit = spans.find(({ name, ...span }) => span.traceId === traceId && name.startsWith('decide and commit'));
  expect(output).toBe(`00-${traceId}-${commit?.spanId}-01\n`);
});

test('what the caller did not sample is not sent', async () => {
  const traceId = '55555555555555555555555555555555';
  await fetch(`${fleet.url}/api/v1/nodes`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, traceparent: `00-${traceId}-2222222222222222-00` },
  });
  const later = '66666666666666666666666666666666';
  await fetch(`${fleet.url}/api/v1/nodes`, {
    headers: { authorization: `Bearer ${ADMIN_TOKEN}`, traceparent: `00-${later}-2222222222222222-01` },
  });
  await waitFor('the later request', () => spans.some((span) => span.traceId === later));
  expect(spans.some((span) => span.traceId === traceId)).toBe(false);
});
