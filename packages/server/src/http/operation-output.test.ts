/** The output of an operation: live while its command runs, whole at its end, never anything but plain text. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { waitFor } from '../../../../tests/wait-for.ts';
import { ServerUnderTest } from './server-under-test.ts';

let server: ServerUnderTest;

beforeAll(async () => {
  server = await ServerUnderTest.start();
  const work = { name: 'work', description: '', parameters: {}, disruptive: false, timeoutMs: 60_000 };
  await server.addNode('busy', { commands: [work] });
  await server.addNode('other');
});
afterAll(() => server.stop());

async function begin(): Promise<string> {
  const { text } = await server.ask('POST', '/api/v1/nodes/busy/commands/work');
  const operationId = /"id":"(op_[^"]+)"/u.exec(text)?.[1] ?? '';
  server.say('busy', { ...update(operationId, 1), status: 'accepted' });
  await waitFor('it to run', async () => {
    const answer = await server.ask('GET', `/api/v1/operations/${operationId}`);
    return answer.text.includes('"status":"running"');
  });
  return operationId;
}

function update(operationId: string, sequence: number) {
  return {
    kind: 'operation.update' as const,
    operationId,
    sequence,
    status: 'succeeded' as const,
    phase: null,
    result: { exitCode: 0 },
    error: null,
    output: null,
  };
}

const outputOf = (operationId: string) => server.ask('GET', `/api/v1/operations/${operationId}/output`);

async function until(operationId: string, text: string): Promise<void> {
  let seen = '';
  await waitFor(
    `the output ${JSON.stringify(text)}`,
    async () => {
      seen = (await outputOf(operationId)).text;
      return seen === text;
    },
    { seen: () => seen },
  );
}

test('what the agent tells while it runs, then what it told at the end', async () => {
  const operationId = await begin();
  expect(await outputOf(operationId)).toMatchObject({
    status: 200,
    text: '',
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  });
  server.say('busy', { kind: 'operation.output', operationId, output: '<b>one</b>\n' });
  await until(operationId, '<b>one</b>\n');
  // The operation itself keeps only what is durable.
  expect((await server.ask('GET', `/api/v1/operations/${operationId}`)).json).toMatchObject({ output: null });
  expect(await server.ask('HEAD', `/api/v1/operations/${operationId}/output`)).toMatchObject({ status: 200, text: '' });
  server.say('busy', { ...update(operationId, 2), output: 'the end\n' });
  await until(operationId, 'the end\n');
  // Late words change nothing any more.
  server.say('busy', { kind: 'operation.output', operationId, output: 'late' });
  server.say('busy', { kind: 'heartbeat' });
  await server.ask('GET', '/api/v1/nodes');
  await until(operationId, 'the end\n');
});

test('another node cannot speak for it', async () => {
  const operationId = await begin();
  server.say('other', { kind: 'operation.output', operationId, output: 'lies' });
  server.say('busy', { kind: 'operation.output', operationId, output: 'truth' });
  await until(operationId, 'truth');
  server.say('other', { kind: 'operation.output', operationId, output: 'lies' });
  server.say('busy', { ...update(operationId, 2), output: null });
  await until(operationId, '');
  expect((await server.ask('GET', `/api/v1/operations/${operationId}`)).json).toMatchObject({ status: 'succeeded' });
});

test('there is no such operation', async () => {
  expect(await outputOf('op_0')).toMatchObject({ status: 404, json: { code: 'operation-not-found' } });
});
