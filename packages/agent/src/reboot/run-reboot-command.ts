/** Gives the command that reboots the machine, and says what that means when it returns: mostly the agent is gone before. */
import { OPERATION_OUTPUT_LENGTH_MAX, type OperationError } from '@sluice/contract';
import { OUTPUT_JSON_BYTES_MAX } from '../declared-commands.ts';
import { jsonTail } from '../output-tail.ts';
import { type CommandRun, runCommand } from '../run-command.ts';

export interface RebootCommandEnd {
  /** Why the machine will not go down because of it; `null`: it was accepted, or ended as things end when a machine goes down. */
  readonly error: OperationError | null;
  readonly exitCode: number | null;
  readonly output: string;
}

/** Nothing stops it but its time: an agent that ends with its machine must not take the command with it. */
export async function runRebootCommand(
  run: Pick<CommandRun, 'command' | 'environment' | 'cwd' | 'timeoutMs'>,
  tellOutput: (output: string) => void,
): Promise<RebootCommandEnd> {
  const outcome = await runCommand({
    ...run,
    outputBytesMax: OPERATION_OUTPUT_LENGTH_MAX,
    tellOutput: (output) => tellOutput(jsonTail(output, OUTPUT_JSON_BYTES_MAX)),
  });
  if (outcome.kind === 'cannot-start') {
    const message = `The machine was not rebooted: the command cannot be started: ${outcome.reason}.`;
    return { error: { code: 'cannot-run', message }, exitCode: null, output: '' };
  }
  const output = jsonTail(outcome.output, OUTPUT_JSON_BYTES_MAX);
  // Ended by a signal: a machine that goes down ends everything so.
  if (outcome.kind !== 'exited' || outcome.code === null) return { error: null, exitCode: null, output };
  const { code } = outcome;
  if (code === 0) return { error: null, exitCode: 0, output };
  const message = `The machine was not rebooted: the command exited with code ${code}.`;
  return { error: { code: 'command-failed', message }, exitCode: code, output };
}
