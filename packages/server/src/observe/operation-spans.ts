/**
 * The spans of operations: each from its request to its end, with its phases as children. Made from committed events, so that agents,
 * which often reach no collector, need send nothing but what they report anyway; a phase begins when the server has recorded it.
 */
import { type Context, type Span, SpanStatusCode, trace, type Tracer } from '@opentelemetry/api';
import { FleetEvent, type OperationRecord } from '@sluice/contract';
import { Compile } from 'typebox/compile';
import type { StoredEvent } from '../store/store.ts';
import { parentOf } from './trace-context.ts';

const fleetEvent = Compile(FleetEvent);

type OperationEnded = Extract<FleetEvent, { kind: 'OperationEnded' }>;

interface Traced {
  readonly nodeId: string;
  readonly isDrain: boolean;
  readonly span: Span;
  readonly context: Context;
  phase: { readonly name: string; readonly span: Span } | null;
}

export class OperationSpans {
  readonly #tracer: Tracer;
  readonly #traced = new Map<string, Traced>();

  constructor(tracer: Tracer) {
    this.#tracer = tracer;
  }

  follow(events: readonly StoredEvent[]): void {
    for (const { nodeId, at, body } of events) {
      if (!fleetEvent.Check(body)) continue;
      if (body.kind === 'OperationRequested') this.#begin(body.operation, at);
      // Without requests that are traced there is nothing to look at.
      else if (this.#traced.size > 0) this.#take(nodeId, body, at);
    }
  }

  /** What has not ended now is sent as far as it is. */
  stop(): void {
    const at = Date.now();
    for (const traced of this.#traced.values()) {
      this.#enter(traced, null, at);
      traced.span.end(at);
    }
    this.#traced.clear();
  }

  #begin(operation: OperationRecord, at: number): void {
    const { id, nodeId, command, traceparent, task } = operation;
    if (traceparent === undefined) return;
    const attributes = { 'sluice.operation.id': id, 'sluice.node.id': nodeId, 'sluice.command': command };
    const span = this.#tracer.startSpan(command, { startTime: at, attributes }, parentOf(traceparent));
    const traced: Traced = {
      nodeId,
      isDrain: task.kind === 'drain',
      span,
      context: trace.setSpan(parentOf(traceparent), span),
      phase: null,
    };
    this.#traced.set(id, traced);
    this.#enter(traced, 'sent to agent', at);
  }

  #take(nodeId: string, event: FleetEvent, at: number): void {
    if (event.kind === 'OperationStarted') this.#enterOf(event.operationId, 'taken by agent', at);
    if (event.kind === 'OperationProgressed' && event.phase !== null) this.#enterOf(event.operationId, event.phase, at);
    if (event.kind === 'OperationEnded') this.#end(event, at);
    if (event.kind !== 'DrainProgressed') return;
    for (const traced of this.#traced.values())
      if (traced.isDrain && traced.nodeId === nodeId) this.#enter(traced, event.phase.replaceAll('-', ' '), at);
  }

  #end({ operationId, status, error }: OperationEnded, at: number): void {
    const traced = this.#traced.get(operationId);
    if (traced === undefined) return;
    this.#enter(traced, null, at);
    traced.span.setAttribute('sluice.operation.status', status);
    if (status === 'failed' || status === 'expired')
      traced.span.setStatus({ code: SpanStatusCode.ERROR, message: error?.message ?? status });
    traced.span.end(at);
    this.#traced.delete(operationId);
  }

  #enterOf(operationId: string, phase: string, at: number): void {
    const traced = this.#traced.get(operationId);
    if (traced !== undefined) this.#enter(traced, phase, at);
  }

  /** @param name The phase that begins; `null`: none does. */
  #enter(traced: Traced, name: string | null, at: number): void {
    if (traced.phase?.name === name) return;
    traced.phase?.span.end(at);
    traced.phase =
      name === null ? null : { name, span: this.#tracer.startSpan(name, { startTime: at }, traced.context) };
  }
}
