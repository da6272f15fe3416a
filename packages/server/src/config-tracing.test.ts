/** Where traces go, by the file and by OpenTelemetry's variables. */
import { expect, test } from 'vitest';
import { parseTracing } from './config-tracing.ts';

const BASE = 'http://collector:4318';

test.each([
  ['nothing is named', undefined, {}, null],
  ['the file names it', BASE, {}, `${BASE}/v1/traces`],
  [
    'the environment goes first',
    BASE,
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://other:4318/' },
    'http://other:4318/v1/traces',
  ],
  ['the special variable goes before', BASE, { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://t/x' }, 'http://t/x'],
  ['it is switched off', BASE, { OTEL_SDK_DISABLED: 'true' }, null],
  ['another exporter is chosen', BASE, { OTEL_TRACES_EXPORTER: 'none' }, null],
])('%s', (_when, endpoint, env, url) => {
  const parsed = parseTracing(endpoint, env);
  expect(parsed).toMatchObject({ ok: true, value: url === null ? null : { url, serviceName: 'sluice-server' } });
});

test('what is no address is refused with what to write', () => {
  expect(parseTracing('collector:4318', {})).toMatchObject({
    ok: false,
    message: expect.stringContaining('http://127.0.0.1:4318'),
  });
});
