/** What happened to a node that a person should hear of, whether or not anybody watches. */
import type { Logger } from 'pino';
import type { StoredEvent } from '../store/store.ts';

const LOUD: Readonly<Record<string, string>> = {
  AvailabilityRecovered:
    'an agent held a newer wish than this server, which must have been restored from an older copy; the agent’s was taken over',
};

/** For `Fleet.subscribeToEvents`. */
export function logLoudEvents(logger: Logger): (events: readonly StoredEvent[]) => void {
  return (events) => {
    for (const { kind, nodeId, sequence } of events) {
      const sentence = LOUD[kind];
      if (sentence !== undefined) logger.warn({ event: kind, nodeId, sequence }, sentence);
    }
  };
}
