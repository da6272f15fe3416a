/** `sluice rollouts start`: begins a rollout, on a terminal after its plan has been seen. */
import type { Client } from '@sluice/client';
import { Command } from 'commander';
import { ask, canAsk } from '../ask.ts';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { countInWords } from '../output/count-in-words.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printNote, printProblem } from '../output/print.ts';
import { followRollout } from '../rollouts/follow-rollout.ts';
import { renderPlanPage } from '../rollouts/plan-page.ts';
import { requestedSpec } from '../rollouts/requested-spec.ts';
import { rolloutEndInWords } from '../rollouts/rollout-in-words.ts';
import type { SpecDocument } from '../rollouts/spec-file.ts';
import { subjectInWords } from '../rollouts/spec-in-words.ts';
import { withSpecOptions, type SpecOptions } from '../rollouts/spec-options.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';
import { waitTimeoutOption } from './act-on-nodes.ts';
import { wordsOf } from './rollouts-plan.ts';

interface StartOptions extends SettingFlags, SpecOptions {
  readonly output: Format;
  readonly planHash?: string;
  readonly yes?: true;
  readonly wait?: true;
  readonly waitTimeout?: number;
}

export function rolloutsStartCommand(terminal: Terminal, finish: Finish): Command {
  const command = withSpecOptions(
    new Command('start')
      .summary('begin a rollout')
      .description(
        'Does a command to many nodes, one after the other, so many at once as --max-unavailable and the budgets allow. On a\n' +
          'terminal it shows the plan and asks first. It goes on in the server, whatever happens to this command.',
      ),
  )
    .option('--plan-hash <text>', 'only if the plan is still the one that was shown; then nothing is asked')
    .option('--yes', 'begin without showing the plan')
    .option(
      '--wait',
      'show it until it has ended; exit code 1: it failed, was cancelled, or has paused for something that went wrong',
    )
    .addOption(waitTimeoutOption())
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  sluice rollouts start restart --selector game=chess --max-unavailable 25% --wait\n' +
        '  sluice rollouts start restart --all --max-unavailable 2% --canary 5 --window "mon-fri 02:00-05:00 Europe/Berlin"',
    )
    .action((first: string | undefined, rest: readonly string[], options: StartOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const requested = await requestedSpec(terminal, client, wordsOf(first, rest), options);
          if (typeof requested === 'number') return requested;
          const agreed = await agreedHash(terminal, client, requested.document, options);
          if (typeof agreed === 'number') return agreed;
          return start(terminal, client, { ...requested.document, ...agreed }, options);
        }),
      ),
    );
}

/** The plan that somebody has seen and agreed to, where somebody can be asked; an exit code where nothing is begun. */
async function agreedHash(
  terminal: Terminal,
  client: Client,
  document: SpecDocument,
  { planHash, yes }: StartOptions,
): Promise<{ readonly planHash?: string } | ExitCode> {
  if (planHash !== undefined) return { planHash };
  if (yes === true || !canAsk(terminal)) return {};
  const answer = await client.planRollout({ bodyText: JSON.stringify(document) });
  if (!answer.ok) return printProblem(terminal, answer.problem);
  const plan = answer.value;
  const { stderr, environment } = terminal;
  stderr.write(`${renderPlanPage(plan, stderr.columns ?? null, paintFor(stderr, environment))}\n`);
  if (await ask(terminal, `Begin with ${countInWords(plan.nodes, 'node')}?`)) return { planHash: plan.planHash };
  printNote(terminal, 'Nothing was begun.');
  return terminal.interrupt.aborted ? exitCodes.interrupted : exitCodes.failed;
}

async function start(
  terminal: Terminal,
  client: Client,
  document: SpecDocument,
  { output, wait, waitTimeout }: StartOptions,
): Promise<ExitCode> {
  const answer = await client.startRollout({ bodyText: JSON.stringify(document) });
  if (!answer.ok) return printProblem(terminal, answer.problem);
  let rollout = answer.value;
  let exitCode: ExitCode = exitCodes.done;
  if (wait === true) {
    const end = await followRollout(terminal, client, rollout.id, {
      timeoutSeconds: waitTimeout ?? null,
      endsWhenStopped: true,
    });
    rollout = end.rollout ?? rollout;
    exitCode = end.exitCode;
  }
  if (output === 'json' || output === 'yaml') terminal.stdout.write(renderDocument(output, rollout));
  else if (output === 'name') printLine(terminal, rollout.id);
  else if (wait === true) printLine(terminal, rolloutEndInWords(rollout));
  else {
    const subject = subjectInWords(rollout.spec, rollout.counts.nodes);
    printLine(terminal, `${rollout.id}: ${subject} begun; follow it: sluice rollouts watch ${rollout.id}`);
  }
  return exitCode;
}
