/** Asks whether the workload is healthy. Whatever the workload does, there is an answer in time. */
import { connect } from 'node:net';
import { requestOverHttp } from '../http-request.ts';
import { quote } from '../quote.ts';
import { runCommand, whatWentWrong } from '../run-command.ts';
import type { HealthCheck, ProbeContext } from './probe-settings.ts';

export type HealthReading = { readonly healthy: true } | { readonly healthy: false; readonly problem: string };

export async function probeHealth(check: HealthCheck, context: ProbeContext): Promise<HealthReading> {
  switch (check.kind) {
    case 'http':
      return overHttp(check.url, context);
    case 'tcp':
      return overTcp(check.host, check.port, context);
    case 'exec':
      return byCommand(check, context);
  }
}

async function overHttp(url: string, { timeoutMs, signal }: ProbeContext): Promise<HealthReading> {
  const answer = await requestOverHttp({ method: 'GET', url, timeoutMs, ...(signal === undefined ? {} : { signal }) });
  if (answer.kind === 'failed') return unhealthy(`The health check GET ${url} ${answer.problem}.`);
  if (answer.status >= 200 && answer.status < 300) return { healthy: true };
  return unhealthy(`The health check GET ${url} answered ${answer.status}, expected 200 to 299.`);
}

function overTcp(host: string, port: number, { timeoutMs, signal }: ProbeContext): Promise<HealthReading> {
  const what = `The health check of TCP ${host}:${port}`;
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (reading: HealthReading) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
      socket.destroy();
      resolve(reading);
    };
    const giveUp = () => settle(unhealthy(`${what} was given up.`));
    const timer = setTimeout(() => settle(unhealthy(`${what} got no connection within ${timeoutMs} ms.`)), timeoutMs);
    socket.on('connect', () => settle({ healthy: true }));
    socket.on('error', (error) =>
      settle(
        unhealthy(
          `${what} failed: ${error.message === '' ? 'no address of the host accepts connections' : error.message}.`,
        ),
      ),
    );
    if (signal?.aborted === true) giveUp();
    else signal?.addEventListener('abort', giveUp);
  });
}

async function byCommand(
  { command }: Extract<HealthCheck, { kind: 'exec' }>,
  context: ProbeContext,
): Promise<HealthReading> {
  const problem = whatWentWrong(await runCommand({ command, ...context }), context.timeoutMs);
  return problem === null ? { healthy: true } : unhealthy(`The health check '${quote(command.join(' '))}' ${problem}.`);
}

function unhealthy(problem: string): HealthReading {
  return { healthy: false, problem };
}
