/** Where traces go: the key `tracing` of the configuration file, and OpenTelemetry's own variables. */
import type { ParsedSection } from './config-oidc.ts';

export interface TracingSettings {
  /** The whole address that spans are posted to. */
  readonly url: string;
  readonly serviceName: string;
}

/** Variables go before the file, as everywhere; the more special one before the general one, as OpenTelemetry says. */
export function parseTracing(
  endpoint: string | undefined,
  env: Readonly<Record<string, string | undefined>>,
): ParsedSection<TracingSettings | null> {
  const traces = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? '';
  const base = (env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '') || (endpoint ?? '');
  const isOff = env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  if (isOff || (traces === '' && base === '')) return { ok: true, value: null };
  const text = traces === '' ? `${base.replace(/\/+$/u, '')}/v1/traces` : traces;
  if (!URL.canParse(text) || !/^https?:$/u.test(new URL(text).protocol))
    return {
      ok: false,
      message: `Traces cannot be sent to '${text}': tracing.endpoint and OTEL_EXPORTER_OTLP_ENDPOINT are the address of an OTLP/HTTP collector, such as http://127.0.0.1:4318.`,
    };
  return { ok: true, value: { url: text, serviceName: (env['OTEL_SERVICE_NAME'] ?? '') || 'sluice-server' } };
}
