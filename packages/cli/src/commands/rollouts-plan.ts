/** `sluice rollouts plan`: what a rollout would do, before it does it. */
import { Command } from 'commander';
import { withClient, withConnectionOptions } from '../connect.ts';
import { exitCodes } from '../exit-codes.ts';
import type { Finish } from '../finish.ts';
import { paintFor } from '../output/colour.ts';
import { formatOption, renderDocument, type Format } from '../output/formats.ts';
import { printLine, printProblem } from '../output/print.ts';
import { renderPlanPage } from '../rollouts/plan-page.ts';
import { requestedSpec } from '../rollouts/requested-spec.ts';
import { withSpecOptions, type SpecOptions } from '../rollouts/spec-options.ts';
import { startCommand } from '../rollouts/start-command.ts';
import type { SettingFlags } from '../settings.ts';
import type { Terminal } from '../terminal.ts';

interface PlanOptions extends SettingFlags, SpecOptions {
  readonly output: Format;
}

export function rolloutsPlanCommand(terminal: Terminal, finish: Finish): Command {
  const command = withSpecOptions(
    new Command('plan')
      .summary('show what a rollout would do')
      .description(
        'Shows what would be done to which nodes, in which order: the sessions on them, the budgets that bind, how long it\n' +
          'takes, and the command that starts exactly that. Nothing is changed.',
      ),
  ).addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText(
      'after',
      '\nExamples:\n  sluice rollouts plan restart --selector game=chess --max-unavailable 25%\n' +
        '  sluice rollouts plan run reload level=soft --all --canary 5\n' +
        '  sluice rollouts plan --file rollout.yaml',
    )
    .action((first: string | undefined, rest: readonly string[], options: PlanOptions) =>
      finish(
        withClient(terminal, options, async (client) => {
          const requested = await requestedSpec(terminal, client, wordsOf(first, rest), options);
          if (typeof requested === 'number') return requested;
          const answer = await client.planRollout({ bodyText: JSON.stringify(requested.document) });
          if (!answer.ok) return printProblem(terminal, answer.problem);
          const plan = answer.value;
          const { stdout, environment } = terminal;
          if (options.output === 'json' || options.output === 'yaml') {
            stdout.write(renderDocument(options.output, plan));
          } else if (options.output === 'name') {
            for (const { nodes } of plan.batches) for (const { id } of nodes) printLine(terminal, id);
          } else {
            const width = stdout.isTTY === true ? (stdout.columns ?? null) : null;
            const paint = paintFor(stdout, environment);
            stdout.write(`${renderPlanPage(plan, width, paint)}\n${paint('Start exactly this:', 'bold')}\n`);
            printLine(terminal, `  ${startCommand(requested.draft, options.file, plan.planHash)}`);
          }
          return exitCodes.done;
        }),
      ),
    );
}

/** The command and what stands after it. */
export function wordsOf(first: string | undefined, rest: readonly string[]): readonly string[] {
  return first === undefined ? [] : [first, ...rest];
}
