/** The names of all kinds of events: those that change a node, and those of rollouts and of access, which change none. */
import { AccessEvent } from './access-events.ts';
import { FleetEvent } from './fleet-event.ts';
import { RolloutEvent } from './rollout-events.ts';

export const FLEET_EVENT_KINDS: ReadonlySet<string> = new Set(
  FleetEvent.anyOf.map(({ properties }) => properties.kind.const),
);

export const ACCESS_EVENT_KINDS: ReadonlySet<string> = new Set(
  AccessEvent.anyOf.map(({ properties }) => properties.kind.const),
);

export const ROLLOUT_EVENT_KINDS: ReadonlySet<string> = new Set(
  RolloutEvent.anyOf.map(({ properties }) => properties.kind.const),
);
