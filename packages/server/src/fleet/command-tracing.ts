/** What the fleet needs to have its commands traced: a seam, so that without tracing nothing of it is loaded. */

export interface CommandSpan {
  /** W3C trace context that continues from here. */
  readonly traceparent: string;
  /** @param problem The code of its refusal; `null`: it was committed. */
  end(problem: string | null): void;
}

export interface CommandTracing {
  /** @returns `undefined`: the request that it belongs to is not traced. */
  beginCommand(nodeId: string, kind: string): CommandSpan | undefined;
}
