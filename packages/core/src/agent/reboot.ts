/** Rebooting the machine: the command is given once, in one boot; another boot is the proof, and the same one after its time the failure. */
import type { OperationResult, OperationStart } from '@sluice/contract';
import { durationInWords } from '../duration-in-words.ts';
import { endAct, sendUpdate } from './act-updates.ts';
import type { AgentInput } from './agent-io.ts';
import { type AgentState, type Rebooting, rebootOfferOf } from './agent-state.ts';
import type { ActEnd, JournaledAct } from './journal.ts';
import { record, type StepDraft } from './step-draft.ts';
import { waitForHealth } from './wait-for-health.ts';

/** Why the command need not or must not be given, as the act's end; `null`: it is to be given. */
export function endBeforeReboot(state: AgentState, expectedBootId: string): ActEnd | null {
  const offer = rebootOfferOf(state);
  if (offer === null) return NOT_ALLOWED;
  if (offer.bootId === expectedBootId) return null;
  return {
    status: 'succeeded',
    result: {
      oldBootId: expectedBootId,
      newBootId: offer.bootId,
      alreadyRebooted: true,
      note: 'The machine had been booted since the reboot was asked for, so it was not rebooted again.',
    },
    error: null,
    output: null,
  };
}

const NOT_ALLOWED: ActEnd = {
  status: 'failed',
  result: null,
  error: {
    code: 'reboot-not-allowed',
    message:
      "The agent does not allow (any more) that its machine is rebooted: its agent.yaml has no section 'reboot'. Nothing was done.",
  },
  output: null,
};

/** Gives the command. The journal knows it before, with the boot that it is given in: after that it is never given again. */
export function rebootMachine(draft: StepDraft, { operationId }: OperationStart): void {
  const offer = rebootOfferOf(draft.state);
  if (offer === null) {
    endAct(draft, operationId, NOT_ALLOWED);
    return;
  }
  const { bootId, withinMs } = offer;
  const until = draft.now + withinMs;
  record(draft, { kind: 'reboot-commanded', operationId, bootId, until });
  draft.state = { ...draft.state, performing: { kind: 'rebooting', operationId, until, output: null } };
  draft.effects.push({ kind: 'RebootMachine', operationId, timeoutMs: withinMs });
  sendUpdate(draft, operationId);
}

/** The agent lives: a command that failed reboots nothing; of one that was accepted the machine's end is waited for. */
export function onRebootCommandEnded(
  draft: StepDraft,
  { operationId, error, exitCode, output }: Extract<AgentInput, { kind: 'RebootCommandEnded' }>,
): void {
  const { performing } = draft.state;
  if (performing?.kind !== 'rebooting' || performing.operationId !== operationId) return;
  if (error === null) {
    draft.state = { ...draft.state, performing: { ...performing, output } };
    return;
  }
  endAct(draft, operationId, { status: 'failed', result: exitCode === null ? null : { exitCode }, error, output });
}

/** The machine's time to go down is over, if it is. */
export function giveUpReboot(draft: StepDraft, { operationId, until, output }: Rebooting): void {
  if (draft.now < until) return;
  const offer = rebootOfferOf(draft.state);
  const within = offer === null ? 'in time' : `within ${durationInWords(offer.withinMs)}`;
  const { bootId } = draft.state;
  endAct(draft, operationId, {
    status: 'failed',
    result: null,
    error: {
      code: 'machine-stayed-up',
      message: `The command to reboot was given, but the machine did not go down ${within}: it is still the same boot (${bootId}).`,
    },
    output,
  });
}

/**
 * After a start of the agent. In another boot the machine has done it, and only the workload's health is missing. In the same one it
 * may still be about to go down; the command is not given once more, however little is known of it.
 */
export function resumeReboot(
  draft: StepDraft,
  operationId: string,
  commanded: NonNullable<JournaledAct['reboot']>,
): void {
  const { bootId, settings, workload } = draft.state;
  if (bootId === null) {
    endAct(draft, operationId, {
      status: 'failed',
      result: null,
      error: {
        code: 'boot-id-unknown',
        message:
          'The agent was started anew and cannot read the id of the present boot, so nobody knows whether the machine was rebooted. The command is not given once more.',
        outcome: 'unknown',
      },
      output: null,
    });
    return;
  }
  if (bootId === commanded.bootId) {
    // A clock that was set meanwhile does not give the machine longer than it has.
    const until = Math.min(commanded.until, draft.now + (settings.rebootWithinMs ?? 0));
    draft.state = { ...draft.state, performing: { kind: 'rebooting', operationId, until, output: null } };
    return;
  }
  waitForHealth(draft, operationId, workload.incarnation);
}

/** The machine's boots before and after, where it was another one. */
export function bootsOf({ bootId }: AgentState, commanded: NonNullable<JournaledAct['reboot']>): OperationResult {
  return { oldBootId: commanded.bootId, ...(bootId === null ? {} : { newBootId: bootId }) };
}
