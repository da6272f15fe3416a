/** `decide`: what a command means for a node, as events to record, or why it is refused. The one door of every change. */
import { withinBudgets } from './budget/check-budgets.ts';
import type { Command, Context } from './command.ts';
import type { Decision } from './decision.ts';
import { decideShiftTimes } from './deadline/shift-times.ts';
import { decidePassTime } from './deadline/pass-time.ts';
import { decideDrain } from './drain/decide-drain.ts';
import { decideReport } from './drain/decide-report.ts';
import { decideUndrain } from './drain/decide-undrain.ts';
import { whyWithdrawn } from './drain/while-held.ts';
import { decideKeyOffer, decideRevocation, decideRotation } from './enrolment/decide-keys.ts';
import {
  decideCommands,
  decideDisconnect,
  decideExpireLease,
  decideForget,
  decideRegister,
  decideWorkload,
} from './liveness/decide-session.ts';
import { decideMetadata } from './metadata/decide-metadata.ts';
import type { NodeState } from './node/node.ts';
import { decideCancel } from './operation/decide-cancel.ts';
import { decideConfirm, decideRequireConfirmation } from './operation/decide-confirm.ts';
import { decideRun } from './operation/decide-run.ts';
import { decideUpdate } from './operation/decide-update.ts';
import { decideReboot } from './reboot/decide-reboot.ts';
import { decideRestart } from './restart/decide-restart.ts';
import { refuse, type Result } from './result.ts';

/**
 * Pure and total. The events of a decision, evolved in order from `node`, are the new state; recording none is an answer too.
 * @param node `null`: the fleet does not have it; only its registration is possible then.
 */
export function decide(node: NodeState | null, nodeId: string, command: Command, context: Context): Result<Decision> {
  if (command.kind === 'RegisterNode') return decideRegister(node, command, context);
  if (node === null) {
    return refuse({ code: 'node-not-found', detail: `The fleet has no node '${nodeId}'.` });
  }
  if (context.saidIn !== undefined && !isSessionOf(node, context.saidIn)) {
    const detail = `What the agent of ${node.id} said was said in a session that is over.`;
    return refuse({ code: 'session-superseded', detail });
  }
  const withdrawn = whyWithdrawn(node, command);
  if (withdrawn !== null) return refuse(withdrawn);
  switch (command.kind) {
    case 'DrainNode':
      return withinBudgets(node, command, context, decideDrain(node, command, context));
    case 'ReleaseHold':
      return decideUndrain(node, command, context);
    case 'RestartWorkload':
      return withinBudgets(node, command, context, decideRestart(node, command, context));
    case 'RebootMachine':
      return withinBudgets(node, command, context, decideReboot(node, command, context));
    case 'RunDeclaredCommand':
      return withinBudgets(node, command, context, decideRun(node, command, context));
    case 'ReplaceMetadata':
    case 'MergeMetadata':
      return decideMetadata(node, command, context.metadataBytesMax);
    case 'ForgetNode':
      return decideForget(node, command, context.now);
    case 'RevokeAgentCredentials':
      return decideRevocation(node, command);
    case 'RequestKeyRotation':
      return decideRotation(node);
    case 'OfferKey':
      return decideKeyOffer(node, command);
    case 'CancelOperation':
      return decideCancel(node, command, context);
    case 'ConfirmOperation':
      return decideConfirm(node, command, context);
    case 'RequireConfirmation':
      return decideRequireConfirmation(node, command.because);
    case 'ShiftTimes':
      return decideShiftTimes(node, command.byMs);
    case 'RecordWorkload':
      return decideWorkload(node, command.workload, context);
    case 'RecordCommands':
      return decideCommands(node, command.commands, context.now);
    case 'RecordAvailability':
      return decideReport(node, command.report, context.now);
    case 'RecordOperation':
      return decideUpdate(node, command.update, context.now);
    case 'RecordDisconnect':
      return decideDisconnect(node, command);
    case 'ExpireLease':
      return decideExpireLease(node, command);
    case 'PassTime':
      return decidePassTime(node, command.heardSince, context.now);
  }
}

function isSessionOf({ session }: NodeState, sessionId: string): boolean {
  return session.kind === 'connected' && session.sessionId === sessionId;
}
