/** OpenTelemetry: HTTP requests, the commands that they give, and the operations that come of these, as one trace each; sent by OTLP over HTTP. */
import { type Attributes, context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { SLUICE_VERSION } from '@sluice/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { TracingSettings } from '../config-tracing.ts';
import type { CommandSpan, CommandTracing } from '../fleet/command-tracing.ts';
import type { StoredEvent } from '../store/store.ts';
import { OperationSpans } from './operation-spans.ts';
import { parentOf, traceparentOf } from './trace-context.ts';

/** Milliseconds that a collector which does not answer may keep the server from stopping. */
const STOP_WITHIN_MS = 3000;

export interface Tracing extends CommandTracing {
  /** A span for each request; one that comes with a `traceparent` goes on with that trace. */
  traceRequests(app: FastifyInstance): void;
  /** For `Fleet.subscribeToEvents`. */
  follow(events: readonly StoredEvent[]): void;
  /** Sends what has not been sent. */
  stop(): Promise<void>;
}

/** Everything else of OpenTelemetry's configuration (headers, sampler, batches, service name) is read from its own variables. */
export function startTracing({ url, serviceName }: TracingSettings, logger: Logger): Tracing {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': serviceName, 'service.version': SLUICE_VERSION }),
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter({ url }))],
  });
  // Registered for good: a second server in this process, as tests have, shares the one that came first.
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const tracer = provider.getTracer('sluice');
  const operations = new OperationSpans(tracer);
  const requests = new WeakMap<FastifyRequest, Span>();
  logger.info({ event: 'tracing-started', collector: new URL(url).host }, 'traces are sent');
  return {
    traceRequests(app) {
      app.addHook('onRequest', (request, _reply, done) => {
        const { method, routeOptions, headers } = request;
        const attributes = { 'http.request.method': method, 'http.route': routeOptions.url ?? '' };
        const name = `${method} ${routeOptions.url ?? 'unknown'}`;
        requests.set(
          request,
          tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, parentOf(headers.traceparent)),
        );
        done();
      });
      // Here, and not sooner: what reads a body calls back from where the socket was opened.
      app.addHook('preHandler', (request, _reply, done) => {
        const span = requests.get(request);
        if (span === undefined) done();
        else context.with(trace.setSpan(context.active(), span), done);
      });
      app.addHook('onResponse', (request, { statusCode }, done) => {
        const span = requests.get(request);
        span?.setAttribute('http.response.status_code', statusCode);
        if (statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
        span?.end();
        done();
      });
      app.addHook('onRequestAbort', (request, done) => {
        requests.get(request)?.end();
        done();
      });
    },
    beginCommand(nodeId, kind): CommandSpan | undefined {
      if (trace.getActiveSpan() === undefined) return undefined;
      const attributes: Attributes = { 'sluice.node.id': nodeId };
      const span = tracer.startSpan(`decide and commit ${kind}`, { attributes });
      return {
        traceparent: traceparentOf(span),
        end(problem) {
          if (problem !== null) span.setAttribute('sluice.problem', problem);
          span.end();
        },
      };
    },
    follow: (events) => operations.follow(events),
    async stop() {
      operations.stop();
      let timer: NodeJS.Timeout | undefined;
      const givenUp = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, STOP_WITHIN_MS);
      });
      const sent = provider.shutdown().catch((error: unknown) => {
        logger.warn({ event: 'traces-lost', err: error }, 'the last traces could not be sent');
      });
      await Promise.race([sent, givenUp]);
      clearTimeout(timer);
    },
  };
}
