/** How a session ends whose agent said something that could not be recorded. */
import { AGENT_CLOSE, type Problem } from '@sluice/contract';

/** @returns The close code, and the reason. */
export function closeFor({ code, detail }: Problem): readonly [number, string] {
  if (code === 'session-superseded') return [AGENT_CLOSE.tryLater, `retry after 0 ms: ${detail}`];
  return code === 'store-unavailable' || code === 'outcome-unknown'
    ? [AGENT_CLOSE.tryLater, 'retry after 1000 ms: the store cannot be written']
    : [AGENT_CLOSE.badMessage, detail];
}
