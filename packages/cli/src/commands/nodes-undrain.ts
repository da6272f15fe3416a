/** `sluice nodes undrain`: releases a hold, so that nodes return into rotation. */
import { Argument, Command } from 'commander';
import { completedFrom } from '../completion/value-source.ts';
import { withConnectionOptions } from '../connect.ts';
import type { Finish } from '../finish.ts';
import type { Terminal } from '../terminal.ts';
import { actOnNodes, withActOptions, type ActOptions } from './act-on-nodes.ts';

interface UndrainOptions extends ActOptions {
  readonly hold?: string;
  readonly reason?: string;
}

export function nodesUndrainCommand(terminal: Terminal, finish: Finish): Command {
  const command = new Command('undrain')
    .summary('cancel a drain; put nodes back into rotation')
    .description(
      'Releases the hold `operator` (or the one named), cancels its drain if it still runs, and puts the node back into\n' +
        'rotation. A node that somebody else holds too stays out; the answer says who and why.',
    )
    .addArgument(completedFrom(new Argument('<id...>', 'nodes'), 'nodes'))
    .option('--hold <name>', "the hold to release; '*' releases all and needs the role admin")
    .option('--reason <text>', 'why, for those who ask later');
  return withConnectionOptions(withActOptions(command))
    .addHelpText('after', '\nExample:\n  sluice nodes undrain lobby-1')
    .action((ids: string[], options: UndrainOptions) =>
      finish(
        actOnNodes(terminal, ids, options, {
          name: 'undrain',
          params: { hold: options.hold, reason: options.reason },
        }),
      ),
    );
}
