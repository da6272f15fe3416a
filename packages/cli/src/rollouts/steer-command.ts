/** What pause, resume, approve, cancel and retry share: one question to the server for each rollout, with a reason. */
import type { Answer, Client } from '@sluice/client';
import type { Rollout } from '@sluice/contract';
import { Argument, Command } from 'commander';
import { actOnEach, type ActOnEachOptions } from '../commands/act-on-each.ts';
import { completedFrom } from '../completion/value-source.ts';
import { withConnectionOptions } from '../connect.ts';
import type { Finish } from '../finish.ts';
import { formatOption } from '../output/formats.ts';
import type { Terminal } from '../terminal.ts';
import { doneInWords } from './rollout-in-words.ts';

interface SteerOptions extends ActOnEachOptions {
  readonly reason?: string;
}

export interface Steering {
  readonly name: 'pause' | 'resume' | 'approve' | 'cancel' | 'retry';
  readonly summary: string;
  readonly description: string;
  readonly ask: (
    client: Client,
    request: { readonly id: string; readonly body: { readonly reason?: string } },
  ) => Promise<Answer<Rollout>>;
  /** What the rollout is now, in a few words. */
  readonly inWords: (rollout: Rollout) => string;
}

export function steerCommand(terminal: Terminal, finish: Finish, steering: Steering): Command {
  const { name, summary, description, ask, inWords } = steering;
  const command = new Command(name)
    .summary(summary)
    .description(description)
    .addArgument(completedFrom(new Argument('<id...>', 'rollouts'), 'rollouts'))
    .option('--reason <text>', 'why, for those who ask later')
    .addOption(formatOption(['table', 'json', 'yaml', 'name']));
  return withConnectionOptions(command)
    .addHelpText('after', `\nExample:\n  sluice rollouts ${name} ro_01jd2x8q`)
    .action((ids: string[], options: SteerOptions) =>
      finish(
        actOnEach(
          terminal,
          ids,
          options,
          (client, id) => ask(client, { id, body: options.reason === undefined ? {} : { reason: options.reason } }),
          (rollout) => `${rollout.id}: ${inWords(rollout)}; ${doneInWords(rollout)}`,
        ),
      ),
    );
}
