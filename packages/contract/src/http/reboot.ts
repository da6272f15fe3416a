/** What a reboot of a node's machine is asked for with: the built-in command `reboot`, which an agent.yaml must allow. */
import Type from 'typebox';
import { OnDeadline } from '../availability.ts';
import { DrainFirstTimeout, ForceInterruption } from './interruption.ts';
import { Reason } from './reason.ts';

/** The parameters of the command, with reason and force beside them as in the body of the route that runs it. */
export const RebootBody = Type.Object({
  reason: Reason,
  drainFirst: Type.Optional(
    Type.Boolean({
      description: 'Drain before, under a hold of its own; default true. false: who is on it is cut off.',
    }),
  ),
  drainTimeout: Type.Optional(DrainFirstTimeout),
  onDeadline: Type.Optional(OnDeadline),
  undrainAfter: Type.Optional(
    Type.Boolean({
      description:
        'Release that hold when the machine is back and its workload healthy; default true. false: the node stays out of rotation until somebody releases it.',
    }),
  ),
  force: Type.Optional(ForceInterruption),
});
export type RebootBody = Type.Static<typeof RebootBody>;
