/** The W3C trace context as text, as requests bring it and operations carry it. */
import { type Context, defaultTextMapGetter, ROOT_CONTEXT, type Span } from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

const propagator = new W3CTraceContextPropagator();

/** The context that a span is to be a child in; one that begins a trace of its own where the text is none. */
export function parentOf(traceparent: string | readonly string[] | undefined): Context {
  return propagator.extract(ROOT_CONTEXT, { traceparent }, defaultTextMapGetter);
}

export function traceparentOf(span: Span): string {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`;
}
